import { once } from "node:events"
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"

/** Somebody else's site, which remembers what it was asked, and by whose leave. */
export interface OtherSite {
  /** On another host than ours: cross-site. */
  readonly foreign: string
  /** On our host and another port: same-site, and still not us. */
  readonly neighbour: string
  readonly visits: readonly { readonly url: string; readonly headers: IncomingHttpHeaders }[]
  /** What its pages say. */
  serve(html: string): void
  close(): Promise<void>
}

export async function openOtherSite(): Promise<OtherSite> {
  const visits: { url: string; headers: IncomingHttpHeaders }[] = []
  let body = ""
  const server = createServer(({ url = "/", headers }, response) => {
    visits.push({ url, headers })
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(`<!doctype html>${body}`)
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  return {
    foreign: `http://127.0.0.1:${port}`,
    neighbour: `http://localhost:${port}`,
    visits,
    serve: (html) => {
      body = html
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
}
