import { hmacSha256 } from "../hmac.ts"
import type { EventPerson } from "./event.ts"

export const SALT_BYTES = 32

/**
 * Hides and binds the personal data of an event: HMAC-SHA-256 under a random salt, over canonical JSON (RFC 8785).
 * Once the salt is erased nobody can test a guess against it, and the event still stands in the log.
 */
export function commitTo(person: EventPerson, salt: Uint8Array): string {
  return hmacSha256(salt, canonicalJson(person))
}

// Three flat members, named here in their canonical order: RFC 8785 asks for no more.
function canonicalJson({ address, ip, userAgent }: EventPerson): string {
  return JSON.stringify({ address, ip, userAgent: userAgent?.toWellFormed() ?? null })
}
