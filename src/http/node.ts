import type { IncomingMessage, ServerResponse } from "node:http"
import type { Answer } from "./answer.ts"
import type { BodyText, Incoming } from "./incoming.ts"

/** A request of `node:http`. `parsedBody` is what a body parser in front of us made of the body, if there is one. */
export function fromNode(request: IncomingMessage, parsedBody?: unknown): Incoming {
  const { method = "GET", headers } = request
  return {
    method,
    target: targetOf(request.url ?? "/"),
    remoteAddress: request.socket.remoteAddress,
    header(name) {
      const value = headers[name]
      return value === undefined ? null : typeof value === "string" ? value : value.join(", ")
    },
    text: (maxBytes) =>
      parsedBody === undefined
        ? readBody(request, maxBytes)
        : Promise.resolve(encodeBody(parsedBody, headers["content-type"], maxBytes)),
  }
}

export function sendAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  // Without a length Node would send the body in chunks, as it learns its end only after the head has gone.
  const length = status === 204 ? {} : { "Content-Length": body === null ? 0 : Buffer.byteLength(body) }
  response.writeHead(status, { ...headers, ...length } as Record<string, string | string[] | number>)
  response.end(body ?? undefined)
}

/** Clients may name a whole address in the request line (RFC 9112 §3.2.2); its host is nothing to us (P7). */
function targetOf(url: string): string {
  if (url.startsWith("/")) return url
  const parsed = URL.parse(url)
  return parsed === null ? "/" : parsed.pathname + parsed.search
}

function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyText> {
  if (request.readableEnded) return Promise.resolve({ status: "gone" })
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.byteLength
      if (bytes <= maxBytes) chunks.push(chunk)
      else resolve({ status: "too_large" })
    })
    request.on("end", () => resolve({ status: "read", text: Buffer.concat(chunks).toString() }))
    // Nobody waits for the answer any more, and it is no fault of the server's. After the end this changes nothing.
    request.on("error", () => resolve({ status: "hung_up" }))
    request.on("close", () => resolve({ status: "hung_up" }))
  })
}

/** Writes a parsed body as it came. A field that came twice is a list here, and comes out twice, to be refused. */
function encodeBody(parsed: unknown, contentType: string | undefined, maxBytes: number): BodyText {
  const text = typeof parsed === "string" ? parsed : isForm(contentType) ? encodeForm(parsed) : JSON.stringify(parsed)
  return Buffer.byteLength(text) > maxBytes ? { status: "too_large" } : { status: "read", text }
}

function isForm(contentType: string | undefined): boolean {
  return contentType?.toLowerCase().startsWith("application/x-www-form-urlencoded") === true
}

function encodeForm(parsed: unknown): string {
  const pairs = Object.entries(parsed ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)]),
  )
  return new URLSearchParams(pairs).toString()
}
