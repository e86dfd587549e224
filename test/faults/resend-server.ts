import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { json } from "node:stream/consumers"

/** What it does with a message: takes it, refuses it, or takes it and says nothing. */
export type ResendAnswer = "sent" | { readonly status: number; readonly retryAfterSeconds?: number } | "silence"

export interface ResendServer {
  readonly url: string
  answer: () => ResendAnswer
  close(): Promise<void>
}

/** Speaks Resend's API as far as sending goes. As there, a message whose key was seen before is answered and not sent again. */
export async function openResendServer(deliver: (to: string, text: string) => void): Promise<ResendServer> {
  const keys = new Set<string>()
  const server = createServer(async (request, response) => {
    const { to, text } = (await json(request)) as { to: readonly [string]; text: string }
    const answer = resend.answer()
    if (typeof answer === "object") {
      const { status, retryAfterSeconds } = answer
      const headers = retryAfterSeconds === undefined ? {} : { "Retry-After": `${retryAfterSeconds}` }
      return response.writeHead(status, headers).end("{}")
    }
    const key = String(request.headers["idempotency-key"])
    if (!keys.has(key)) deliver(to[0], text)
    keys.add(key)
    if (answer === "sent") response.writeHead(200, { "Content-Type": "application/json" }).end('{"id":"1"}')
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const resend: ResendServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: () => "sent",
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
  return resend
}
