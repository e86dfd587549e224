import type { Answer } from "./answer.ts"
import type { BodyText, Incoming } from "./incoming.ts"

/** A web `Request`, for frameworks that speak Fetch. */
export function fromRequest(request: Request, remoteAddress: string | undefined): Incoming {
  const { method, headers } = request
  return {
    method,
    target: targetOf(request.url),
    remoteAddress,
    header: (name) => headers.get(name),
    text: (maxBytes) => readBody(request, maxBytes),
  }
}

export function toResponse({ status, headers, body }: Answer, method: string): Response {
  const list = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as [string, string]] : value.map((one): [string, string] => [name, one]),
  )
  return new Response(method === "HEAD" ? null : body, { status, headers: list })
}

// `https://host/path?query#fragment` is what URL made of the address, so the first slash after the host begins the path.
function targetOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2)
  const hash = url.indexOf("#", start)
  return hash === -1 ? url.slice(start) : url.slice(start, hash)
}

async function readBody(request: Request, maxBytes: number): Promise<BodyText> {
  if (request.bodyUsed) return { status: "gone" }
  const reader = request.body?.getReader()
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    while (reader !== undefined) {
      const { done, value } = await reader.read()
      if (done) break
      bytes += value.byteLength
      if (bytes > maxBytes) {
        await reader.cancel()
        return { status: "too_large" }
      }
      chunks.push(value)
    }
  } catch {
    // Nobody waits for the answer any more, and it is no fault of the server's.
    return { status: "hung_up" }
  }
  return { status: "read", text: Buffer.concat(chunks).toString() }
}
