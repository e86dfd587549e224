const MAX_LENGTH = 2_000
const DECODING_ROUNDS = 3
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/

/**
 * Where to go after signing in, safe to put into Location, or null. Our own origin comes back as a path that begins with
 * one slash, an allowed other origin as a whole address (P7). Two shapes are taken: `/path`, and `https://host…`; there
 * is nothing relative, because browsers find hosts in the oddest of strings (RFC 9700 §4.11).
 */
export function safeNext(
  raw: string | null | undefined,
  origin: string,
  allowedOrigins: readonly string[],
): string | null {
  if (!raw || raw.length > MAX_LENGTH || CONTROL_CHARACTER.test(raw) || raw.includes("\\") || !isTakenShape(raw)) {
    return null
  }
  const url = URL.parse(raw, origin)
  if (url === null || !isSafePath(url.pathname)) return null
  const next = locationOf(url, origin, allowedOrigins)
  return next !== null && next.length <= MAX_LENGTH ? next : null
}

function isTakenShape(raw: string): boolean {
  if (raw.startsWith("/")) return !raw.startsWith("//")
  const authority = /^https?:\/\/([^/?#]+)/i.exec(raw)?.[1]
  // Whoever writes https://our.site@evil.example wants it misread. An empty user name leaves no trace in a URL object.
  return authority !== undefined && !authority.includes("@")
}

function locationOf(url: URL, origin: string, allowedOrigins: readonly string[]): string | null {
  if (url.origin === origin) return url.pathname + url.search + url.hash
  return allowedOrigins.includes(url.origin) ? url.href : null
}

/**
 * Also after a proxy or an application decoded it again, a path must not become a host, nor press a button of ours.
 * Backslashes are slashes to a browser.
 */
function isSafePath(path: string): boolean {
  let text = path
  for (let round = 0; round <= DECODING_ROUNDS; round += 1) {
    const slashed = text.replaceAll("\\", "/")
    const resolved = resolveDots(slashed)
    const isHost = slashed.startsWith("//") || resolved.startsWith("//")
    if (isHost || CONTROL_CHARACTER.test(text) || isForbidden(resolved)) return false
    const decoded = decodeAscii(text)
    if (decoded === text) return true
    text = decoded
  }
  return true
}

// Of our own pages only the account page is a place to go to: the address of a link holds a token, which must not travel,
// the page that waits would send people to itself for ever, and nobody wants to land on signing out.
function isForbidden(path: string): boolean {
  const [first, second] = path
    .toLowerCase()
    .split("/")
    .filter((segment) => segment !== "")
    .map((segment) => segment.split(/[;?#]/, 1)[0])
  return first === "auth" && second !== "account"
}

/** `/a/..//evil` is `//evil` to a browser, and `/a/..` is `/`; to some proxies `/a/..;x=1//evil` is the same. */
function resolveDots(path: string): string {
  const segments: string[] = []
  for (const segment of path
    .replace(/\/(\.\.?);[^/]*/g, "/$1")
    .replace(/\/\.\.?$/, "$&/")
    .split("/")
    .slice(1)) {
    if (segment === "..") segments.pop()
    else if (segment !== ".") segments.push(segment)
  }
  return `/${segments.join("/")}`
}

/** Unlike decodeURIComponent this never gives up: `/%2f%ff` still shows its slashes. Bytes above ASCII stay as they are. */
function decodeAscii(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
