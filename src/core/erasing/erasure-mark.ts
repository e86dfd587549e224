import { hash, hkdfSync } from "node:crypto"
import type { Address } from "../addresses/canonical-address.ts"
import { hmacSha256 } from "../hmac.ts"
import type { ErasureMark } from "./erasure-journal.ts"

/** Makes marks of addresses with one secret. */
export interface ErasureMarker {
  /** Tells this key from others, and nothing about it. */
  readonly key: string
  mark(address: Address): ErasureMark
}

// Keeps this key apart from all else that is made from the secret.
const PURPOSE = "linklatch erasure journal"
const KEY_BYTES = 32
const NAME_LENGTH = 16

/**
 * The same secret always makes the same marks. Whoever finds a journal and doesn't have the secret can't test a guess of an address
 * against it.
 */
export function createErasureMarker(secret: string): ErasureMarker {
  const bytes = Buffer.from(hkdfSync("sha256", secret, "", PURPOSE, KEY_BYTES))
  const key = hash("sha256", bytes, "base64url").slice(0, NAME_LENGTH)
  return { key, mark: (address) => ({ key, hash: hmacSha256(bytes, address) }) }
}
