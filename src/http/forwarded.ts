import type { Incoming } from "./incoming.ts"

/** The request that a proxy asks about, as it tells it. To be read from a trusted one only. */
export interface Forwarded {
  /** Whether the proxy hands our answer on to the browser. If not, it looks at the status alone: 2xx, 401 or 403. */
  readonly isPassedOn: boolean
  readonly method: string
  /** Null where the proxy doesn't say, or says what is no address. */
  readonly url: URL | null
}

/**
 * Caddy and Traefik write `X-Forwarded-Uri`, over whatever the client sent, and pass our answer on. nginx writes what it is
 * told to: `X-Original-URL`, as its ingress controller does by itself.
 */
export function readForwarded(incoming: Pick<Incoming, "header">): Forwarded {
  const uri = incoming.header("x-forwarded-uri")
  if (uri === null) {
    const method = incoming.header("x-original-method") ?? "GET"
    return { isPassedOn: false, method, url: parse(incoming.header("x-original-url") ?? "") }
  }
  const scheme = incoming.header("x-forwarded-proto") ?? "https"
  const host = incoming.header("x-forwarded-host") ?? ""
  const method = incoming.header("x-forwarded-method") ?? "GET"
  return { isPassedOn: true, method, url: parse(`${scheme}://${host}${uri}`) }
}

/**
 * The page to come back to: the one that was asked for, or the one that a form was sent from, as posting it again is for
 * its person to decide; without a page of the same host, the site's first.
 */
export function pageToReturnTo(incoming: Pick<Incoming, "header">, { method, url }: Forwarded): URL | null {
  if (url === null || method === "GET" || method === "HEAD") return url
  const page = parse(incoming.header("referer") ?? "")
  return page?.host === url.host ? page : new URL("/", url)
}

function parse(text: string): URL | null {
  const url = URL.parse(encodeBytes(text))
  return url?.protocol === "https:" || url?.protocol === "http:" ? url : null
}

// A header comes as one character for each byte: an ü that nobody encoded is two of them, its bytes in UTF-8.
function encodeBytes(text: string): string {
  return text.replace(/[\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
}
