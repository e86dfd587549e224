import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from "node:http"
import { request as httpsRequest } from "node:https"
import { buffer } from "node:stream/consumers"
import { Browser } from "../browser.ts"

/** A request just as it is to stand on the wire: `fetch` would add headers of its own. */
export interface WireRequest {
  /** `http://localhost:PORT`, whose host is the Host header unless `headers` is a list. */
  readonly origin: string
  readonly path: string
  readonly method?: string
  /** A list of names and values in turn sends them in that order and spelling, several of one name too. */
  readonly headers?: OutgoingHttpHeaders | readonly string[]
  readonly body?: string
  /** The client's own address, one of this machine: 127.0.0.1 unless it is said. */
  readonly from?: string
  /** For an origin of https: the authority that its certificate comes from. */
  readonly ca?: string
}

export async function send(wire: WireRequest): Promise<Response> {
  const incoming = await exchange(wire)
  const body = await buffer(incoming)
  const { statusCode: status = 0, rawHeaders } = incoming
  const pairs = rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ""] as [string, string]] : [],
  )
  return new Response([204, 304].includes(status) ? null : body, { status, headers: pairs })
}

/** A browser that really connects, at an address of this machine's own network. */
export function browserAt(origin: string, from = "127.0.0.1", ca?: string): Browser {
  const handler = async (request: Request) => {
    const { pathname, search } = new URL(request.url)
    const body = await request.text()
    const hasBody = request.method !== "GET" && request.method !== "HEAD"
    const length = hasBody ? { "content-length": Buffer.byteLength(body) } : {}
    const headers = { ...Object.fromEntries(request.headers), ...length }
    const trusting = ca === undefined ? {} : { ca }
    return send({ origin, path: pathname + search, method: request.method, headers, body, from, ...trusting })
  }
  return new Browser({ handler }, origin, "")
}

function exchange({
  origin,
  path,
  method = "GET",
  headers = {},
  body = "",
  from,
  ca,
}: WireRequest): Promise<IncomingMessage> {
  const { protocol, host, hostname, port } = new URL(origin)
  const all = Array.isArray(headers) ? (headers as readonly string[]) : { host, ...headers }
  const local = from === undefined ? {} : { localAddress: from }
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, method, agent: false as const, ...local }
    const sent = { ...options, headers: all as OutgoingHttpHeaders }
    const request =
      protocol === "https:" ? httpsRequest({ ...sent, ca, servername: hostname }, resolve) : httpRequest(sent, resolve)
    request.on("error", reject)
    request.end(body)
  })
}
