const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"])

/** An https address without credentials, or one in clear on this machine; null where it is anything else. */
export function readOutletUrl(text: unknown): URL | null {
  const url = typeof text === "string" ? URL.parse(text) : null
  if (url === null || url.username || url.password || url.hash) return null
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url)) ? url : null
}

export function isLoopbackUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && isLoopback(url)
}

function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.has(hostname)
}
