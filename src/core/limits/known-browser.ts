import type { Address } from "../addresses/canonical-address.ts"
import { hmacSha256 } from "../hmac.ts"
import type { Random } from "../random.ts"

// As many people as share one browser; the least recent is forgotten.
const MAX_TAGS = 5
const COOKIE_SHAPE = /^[A-Za-z0-9_-]{22}(?:\.[A-Za-z0-9_-]{22}){0,5}$/

/**
 * A cookie that lets a browser which has signed in with an address ask again on an allowance of its own, so that a
 * stranger who floods the address locks nobody out (ASVS 6.1.1). It holds a random id and one tag for each address:
 * unforgeable without the secret, and it doesn't tell which addresses they are.
 */
export function rememberBrowser(
  cookie: string | null,
  address: Address,
  secrets: readonly [string, ...string[]],
  random: Random,
): string {
  const [id, ...tags] = parts(cookie) ?? [random.bytes(16).toString("base64url")]
  const tag = tagOf(id, address, secrets[0])
  return [id, tag, ...tags.filter((other) => other !== tag)].slice(0, 1 + MAX_TAGS).join(".")
}

/** Whether the browser has signed in with this address before. */
export function isKnownBrowser(cookie: string | null, address: Address, secrets: readonly string[]): boolean {
  const [id, ...tags] = parts(cookie) ?? []
  if (id === undefined || tags.length === 0) return false
  return secrets.some((secret) => tags.includes(tagOf(id, address, secret)))
}

function parts(cookie: string | null): [string, ...string[]] | null {
  return cookie !== null && COOKIE_SHAPE.test(cookie) ? (cookie.split(".") as [string, ...string[]]) : null
}

function tagOf(id: string, address: Address, secret: string): string {
  return hmacSha256(secret, `linklatch known browser\n${id}\n${address}`).slice(0, 22)
}
