import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"

/** A request as it came in. */
export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage["headers"]
  readonly body: string
}

/** A real HTTP server on this machine that says what a test wants. */
export interface HttpPeer {
  readonly url: string
  readonly requests: readonly SeenRequest[]
  close(): Promise<void>
}

export async function openHttpPeer(
  answer: (request: SeenRequest, response: ServerResponse) => void | Promise<void>,
): Promise<HttpPeer> {
  const requests: SeenRequest[] = []
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request
    const seen = { method, path: url, headers, body: await text(request) }
    requests.push(seen)
    await answer(seen, response)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
}
