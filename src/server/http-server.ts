import { createServer, type Server } from "node:http"
import { SECOND } from "../core/clock.ts"
import type { Answer } from "../http/answer.ts"
import type { Incoming } from "../http/incoming.ts"
import { fromNode, sendAnswer } from "../http/node.ts"

/** Answers a request. Doesn't reject, but while the server can't start. */
export type AnswerIncoming = (incoming: Incoming) => Promise<Answer>

// A client that sends slowly, or much, or nothing, holds little and not for long (OPS-6, ASVS 13.1.3).
const LIMITS = {
  headersTimeout: 10 * SECOND,
  requestTimeout: 20 * SECOND,
  connectionsCheckingInterval: 2 * SECOND,
  // Longer than the minute that load balancers keep theirs: the side that opened a connection should close it.
  keepAliveTimeout: 65 * SECOND,
  maxHeaderSize: 16 * 1024,
} as const
const MAX_REQUESTS_PER_SOCKET = 10_000
const MAX_CONNECTIONS = 10_000

/** A plain HTTP server with limits. What isn't HTTP gets 400 from Node and is cut off. No header says what runs here. */
export function createHttpServer(answer: AnswerIncoming): Server {
  const server = createServer(LIMITS, (request, response) => {
    answer(fromNode(request)).then(
      (one) => sendAnswer(response, one),
      () => response.destroy(),
    )
  })
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET
  server.maxConnections = MAX_CONNECTIONS
  return server
}

/** Resolves with the port once connections are accepted; rejects when the address is taken or isn't ours. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen({ host, port }, () => {
      server.off("error", reject)
      const address = server.address()
      resolve(typeof address === "object" && address !== null ? address.port : port)
    })
  })
}

/** Takes no more connections and resolves when the last is gone; after `patience` milliseconds those left are cut. */
export async function closeServer(server: Server, patience: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const cut = setTimeout(() => server.closeAllConnections(), patience)
  server.closeIdleConnections()
  await closed
  clearTimeout(cut)
}
