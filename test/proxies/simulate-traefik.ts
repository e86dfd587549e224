import { readFileSync } from "node:fs"
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http"
import { join } from "node:path"
import { buffer } from "node:stream/consumers"
import { closeServer, listen } from "../../src/server/http-server.ts"
import { atPorts, type Ports, type StartProxy } from "./guarded-site.ts"

const EXAMPLE = join(import.meta.dirname, "../../examples/traefik/site.yml")

/**
 * A stand-in, as Debian has no Traefik: it asks and answers as Traefik 3.7's ForwardAuth is documented to, with the
 * addresses and the pattern of the example. It proves what Linklatch says, and nothing about Traefik.
 */
export function simulatedTraefik(): StartProxy {
  return async (ports) => {
    const site = readSite(ports)
    const server = createServer((request, response) => {
      answer(site, ports, request, response).catch((error) => response.destroy(error))
    })
    await listen(server, "127.0.0.1", ports.proxy)
    return { stop: () => closeServer(server, 0) }
  }
}

interface TraefikSite {
  readonly signedIn: string
  readonly administrators: string
  readonly copied: RegExp
}

function readSite(ports: Ports): TraefikSite {
  const text = atPorts(`${readFileSync(EXAMPLE, "utf8")}\n# :8080`, ports)
  const [signedIn = "", administrators = "", more] = [...text.matchAll(/^ +address: (\S+)$/gm)].map(([, one]) => one)
  const [pattern, ...others] = new Set(
    [...text.matchAll(/authResponseHeadersRegex: \(\?i\)(\S+)/g)].map(([, one]) => one),
  )
  const rules = ["PathPrefix(`/auth/`) && !Path(`/auth/verify`)", "PathRegexp(`(?i)^/admin-area`)", "PathPrefix(`/`)"]
  const isAsExpected =
    more === undefined && others.length === 0 && rules.every((rule) => text.includes(`rule: ${rule}\n`))
  if (pattern === undefined || !isAsExpected) throw new Error("The example of Traefik is no longer what is simulated.")
  return { signedIn, administrators, copied: new RegExp(pattern, "i") }
}

async function answer(
  site: TraefikSite,
  ports: Ports,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = ""] = (request.url ?? "").split("?", 1)
  const headers = entryHeaders(request)
  if (path.startsWith("/auth/") && path !== "/auth/verify") return pass(ports.linklatch, request, headers, response)
  const address = /^\/admin-area/i.test(path) ? site.administrators : site.signedIn
  const verdict = await ask(address, request, headers)
  const { statusCode: status = 0 } = verdict
  if (status < 200 || status > 299) {
    response.writeHead(status, withoutHopByHop(verdict.headers))
    response.end(await buffer(verdict))
    return
  }
  verdict.resume()
  return pass(
    ports.application,
    request,
    { ...without(headers, site.copied), ...only(verdict.headers, site.copied) },
    response,
  )
}

/** What a client says of the way is dropped, and what it names in Connection is removed before anything looks at it. */
function entryHeaders({ headers, socket }: IncomingMessage): IncomingHttpHeaders {
  const listed = (headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase())
  const kept = Object.entries(headers).filter(
    ([name]) => !listed.includes(name) && !/^x[-_](?:forwarded|real)/.test(name),
  )
  return { ...withoutHopByHop(Object.fromEntries(kept)), "x-forwarded-for": socket.remoteAddress ?? "" }
}

/** GET without a body, with the client's headers and five of its own; redirects are not followed. */
function ask(address: string, request: IncomingMessage, headers: IncomingHttpHeaders): Promise<IncomingMessage> {
  const own = {
    "x-forwarded-method": request.method,
    "x-forwarded-proto": "http",
    "x-forwarded-port": request.headers.host?.split(":")[1],
    "x-forwarded-host": request.headers.host,
    "x-forwarded-uri": request.url,
  }
  const { "content-length": _, ...rest } = headers
  return exchange(address, "GET", { ...rest, ...own, host: new URL(address).host })
}

async function pass(
  port: number,
  request: IncomingMessage,
  headers: IncomingHttpHeaders,
  response: ServerResponse,
): Promise<void> {
  const upstream = await exchange(`http://127.0.0.1:${port}${request.url}`, request.method ?? "GET", headers, request)
  response.writeHead(upstream.statusCode ?? 0, withoutHopByHop(upstream.headers))
  response.end(await buffer(upstream))
}

function exchange(
  address: string,
  method: string,
  headers: OutgoingHttpHeaders,
  body?: IncomingMessage,
): Promise<IncomingMessage> {
  const url = new URL(address)
  // `URL` would tidy up the path, which has to arrive as it was sent.
  const path = address.slice(url.origin.length)
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: url.hostname, port: url.port, path, method, headers, agent: false }, resolve)
    request.on("error", reject)
    if (body === undefined) request.end()
    else body.pipe(request)
  })
}

const HOP_BY_HOP = /^(?:connection|keep-alive|proxy-auth.*|te|trailers?|transfer-encoding|upgrade)$/

const withoutHopByHop = (headers: IncomingHttpHeaders): IncomingHttpHeaders => without(headers, HOP_BY_HOP)
const without = (headers: IncomingHttpHeaders, names: RegExp) => filter(headers, (name) => !names.test(name))
const only = (headers: IncomingHttpHeaders, names: RegExp) => filter(headers, (name) => names.test(name))

function filter(headers: IncomingHttpHeaders, isKept: (name: string) => boolean): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => isKept(name)))
}
