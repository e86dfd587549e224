import type { Incoming } from "./incoming.ts"
import { isJson } from "./read-json.ts"

/**
 * Whether our own pages sent this request. Sec-Fetch-Site is asked first: pages with a token in their address are under
 * `Referrer-Policy: no-referrer`, and their forms send `Origin: null`. `same-site` is foreign (a neighbour domain may be
 * anybody's), and so is `none`: nobody types a POST into the address bar. Without the header (older browsers, scripts)
 * Origin must be there and be ours.
 */
export function isSameOrigin(incoming: Pick<Incoming, "method" | "header">, origin: string): boolean {
  const { method } = incoming
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return true
  const site = incoming.header("sec-fetch-site")
  const sender = incoming.header("origin")
  if (site === null) return sender === origin
  // A proxy or a plug-in that contradicts the browser is not to be believed either.
  return site === "same-origin" && (sender === null || sender === "null" || sender === origin)
}

/**
 * The same for the JSON API, which programs call too: they send neither header. Browsers do; and should one send neither,
 * it still asks us before it sends JSON or DELETE to another origin (a preflight), and gets no leave (decisions/027).
 */
export function isSameOriginOrProgram(incoming: Pick<Incoming, "method" | "header">, origin: string): boolean {
  const isMarked = incoming.header("sec-fetch-site") !== null || incoming.header("origin") !== null
  if (!isMarked && (incoming.method === "DELETE" || isJson(incoming.header("content-type")))) return true
  return isSameOrigin(incoming, origin)
}
