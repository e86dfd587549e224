import { timingSafeEqual } from "node:crypto"
import { hmacSha256 } from "../core/hmac.ts"

/** All of them verify, the first one signs. */
export type SigningSecrets = readonly [string, ...string[]]

const MAX_LENGTH = 4_096
const SIGNATURE_LENGTH = 43 // 32 bytes in base64url

/**
 * `value.signature`, under the first secret. The purpose is signed with the value, so that the flow cookie of a browser
 * that only asked for a link can't be handed in as a session cookie. Purposes are our own words, without line breaks.
 */
export function signValue(value: string, purpose: string, secrets: SigningSecrets): string {
  return `${value}.${signatureOf(value, purpose, secrets[0])}`
}

/** The value, if any of the secrets signed it for this purpose; otherwise null. */
export function verifySigned(text: string, purpose: string, secrets: SigningSecrets): string | null {
  const dot = text.length - SIGNATURE_LENGTH - 1
  // Lone surrogates all become one replacement character in UTF-8: different texts would share a signature.
  if (dot < 0 || text.length > MAX_LENGTH || text[dot] !== "." || !text.isWellFormed()) return null
  const value = text.slice(0, dot)
  const given = Buffer.from(text.slice(dot + 1))
  const isSigned = secrets.some((secret) => isEqual(given, Buffer.from(signatureOf(value, purpose, secret))))
  return isSigned ? value : null
}

function signatureOf(value: string, purpose: string, secret: string): string {
  return hmacSha256(secret, `${purpose}\n${value}`)
}

// The texts are compared, not the bytes that they stand for: base64url has four spellings of these 32 bytes.
function isEqual(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected)
}
