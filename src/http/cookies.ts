import { LinklatchError } from "../core/fault.ts"
import { trimBlanks } from "../core/trim-blanks.ts"

export interface CookieOptions {
  readonly isSecure: boolean
  readonly maxAgeSeconds: number
  readonly sameSite?: "Lax" | "Strict"
}

const MAX_HEADER_LENGTH = 16_384
const MAX_COOKIE_LENGTH = 4_096 // RFC 6265bis §5.6: browsers drop what is longer
const MAX_AGE_SECONDS = 400 * 86_400 // RFC 6265bis §5.6.2
const NAME_SHAPE = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/ // token, RFC 9110 §5.6.2
const VALUE_SHAPE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/ // cookie-octet, RFC 6265 §4.1.1

/**
 * The value of a cookie as it was sent, or null. Two cookies of one name with different values are nobody's: a neighbour
 * domain may have planted one of them, and the header doesn't say which (RFC 6265bis §8.6).
 */
export function readCookie(header: string | null, name: string): string | null {
  if (header === null) return null
  const end = Math.min(header.length, MAX_HEADER_LENGTH)
  let found: string | null = null
  for (let start = 0; start < end; ) {
    const semicolon = header.indexOf(";", start)
    const stop = semicolon === -1 ? header.length : semicolon
    // A pair that the cut would halve is not looked at.
    if (stop > end) break
    const value = valueFrom(header.slice(start, stop), name)
    if (value !== null && found !== null && value !== found) return null
    found ??= value
    start = stop + 1
  }
  return found
}

/** A Set-Cookie value for this host alone: there is no way to give a Domain. */
export function writeCookie(name: string, value: string, options: CookieOptions): string {
  const { isSecure, maxAgeSeconds, sameSite = "Lax" } = options
  if (!NAME_SHAPE.test(name)) throw misuse("A cookie's name is a token of RFC 9110.")
  if (!VALUE_SHAPE.test(value))
    throw misuse(`The value of the cookie ${name} has characters that a cookie can't carry.`)
  if (name.length + value.length > MAX_COOKIE_LENGTH) throw misuse(`The cookie ${name} is longer than 4096 bytes.`)
  if (!Number.isInteger(maxAgeSeconds) || maxAgeSeconds < 0 || maxAgeSeconds > MAX_AGE_SECONDS) {
    throw misuse(`The cookie ${name} may last a whole number of seconds, at most 400 days.`)
  }
  // Browsers drop such a cookie without a word, and nobody could sign in.
  if (/^__(?:host|secure)-/i.test(name) && !isSecure) throw misuse(`The cookie ${name} needs https for its prefix.`)
  return `${name}=${value}; Max-Age=${maxAgeSeconds}; Path=/; HttpOnly; SameSite=${sameSite}${isSecure ? "; Secure" : ""}`
}

/** Ends a cookie: the same attributes, or the browser would keep the old one beside it. */
export function clearCookie(name: string, options: { readonly isSecure: boolean }): string {
  return writeCookie(name, "", { isSecure: options.isSecure, maxAgeSeconds: 0 })
}

function valueFrom(pair: string, name: string): string | null {
  const equals = pair.indexOf("=")
  // Blanks only: were Unicode's spaces trimmed as well, "\u00a0__Host-session", which a neighbour domain may set, would
  // pass for the real one. Browsers guard the prefix of the exact name and no other.
  return equals !== -1 && trimBlanks(pair.slice(0, equals)) === name ? trimBlanks(pair.slice(equals + 1)) : null
}

function misuse(message: string): LinklatchError {
  return new LinklatchError("invalid_argument", message)
}
