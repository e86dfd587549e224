import type { IncomingMessage, ServerResponse } from "node:http"
import { Readable } from "node:stream"
import type { Answer } from "./answer.ts"
import type { BodyText, Incoming } from "./incoming.ts"

/** What a framework in front of us has made of a request. */
export interface Seen {
  /** Where the request was for, before anybody rewrote its `url`. */
  readonly target?: string | undefined
  /** What a body parser made of the body: another stream, or a value. */
  readonly body?: unknown
}

/** A request of `node:http`. */
export function fromNode(request: IncomingMessage, seen: Seen = {}): Incoming {
  const { method = "GET", headers } = request
  return {
    method,
    target: targetOf(seen.target ?? request.url ?? "/"),
    remoteAddress: request.socket.remoteAddress,
    header(name) {
      const value = headers[name]
      return value === undefined ? null : typeof value === "string" ? value : value.join(", ")
    },
    text: (maxBytes) => readBody(request, seen.body, maxBytes),
  }
}

export function sendAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  // Somebody in front of us, a time-out perhaps, has answered meanwhile.
  if (response.headersSent) return
  // Without a length Node would send the body in chunks, as it learns its end only after the head has gone.
  const length = status === 204 ? {} : { "Content-Length": body === null ? 0 : Buffer.byteLength(body) }
  const all = { ...headers, ...setCookies(response, headers["Set-Cookie"]), ...length }
  response.writeHead(status, all as Record<string, string | string[] | number>)
  response.end(body ?? undefined)
}

/** Clients may name a whole address in the request line (RFC 9112 §3.2.2); its host is nothing to us (P7). */
function targetOf(url: string): string {
  if (url.startsWith("/")) return url
  const parsed = URL.parse(url)
  return parsed === null ? "/" : parsed.pathname + parsed.search
}

// The stream itself says whether it has been read: some parsers leave an empty object where they did nothing.
function readBody(request: IncomingMessage, body: unknown, maxBytes: number): Promise<BodyText> {
  const stream = body instanceof Readable ? body : request
  const wasRead = stream.readableDidRead || stream.readableEnded
  if (!wasRead) return stream.destroyed ? Promise.resolve({ status: "hung_up" }) : readStream(stream, maxBytes)
  if (body === undefined || body === stream) return Promise.resolve({ status: "gone" })
  const text = writeBody(body, request.headers["content-type"])
  return Promise.resolve(Buffer.byteLength(text) > maxBytes ? { status: "too_large" } : { status: "read", text })
}

function readStream(stream: Readable, maxBytes: number): Promise<BodyText> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    stream.on("data", (chunk: Buffer) => {
      bytes += chunk.byteLength
      if (bytes <= maxBytes) chunks.push(chunk)
      else resolve({ status: "too_large" })
    })
    stream.on("end", () => resolve({ status: "read", text: Buffer.concat(chunks).toString() }))
    // Nobody waits for the answer any more, and it is no fault of the server's. After the end this changes nothing.
    stream.on("error", () => resolve({ status: "hung_up" }))
    stream.on("close", () => resolve({ status: "hung_up" }))
  })
}

/** Writes a parsed body as it came, as near as can be told. */
function writeBody(parsed: unknown, contentType: string | undefined): string {
  if (typeof parsed === "string") return parsed
  if (parsed instanceof Uint8Array) return Buffer.from(parsed).toString()
  const isForm = contentType?.toLowerCase().startsWith("application/x-www-form-urlencoded") === true
  return isForm ? writeForm(parsed) : (JSON.stringify(parsed) ?? "")
}

// Of a field that came twice, or as `email[]` or `email[a]`, parsers make a list or an object. It is no one text, so it
// goes out twice, which readForm refuses where the field is one of ours.
function writeForm(parsed: unknown): string {
  const pairs = Object.entries(parsed ?? {}).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" ? [[name, value]] : Array(2).fill([name, ""]),
  )
  return new URLSearchParams(pairs).toString()
}

/** Cookies that the application has set on its own, before it came to us, stay. */
function setCookies(response: ServerResponse, ours: Answer["headers"][string] | undefined): Answer["headers"] {
  const theirs = response.getHeader("set-cookie")
  if (ours === undefined || theirs === undefined) return {}
  return { "Set-Cookie": [theirs, ours].flat().map(String) }
}
