import { hash } from "node:crypto"
import { hmacSha256 } from "../hmac.ts"
import type { EventPerson } from "./event.ts"
import { MAX_PLAIN, writeBytes, writeJsonText } from "./write-json-text.ts"

export const SALT_BYTES = 32

/**
 * Hides and binds the personal data of an event: HMAC-SHA-256 under a random salt, over canonical JSON (RFC 8785).
 * Once the salt is erased nobody can test a guess against it, and the event still stands in the log.
 */
export function commitTo(person: EventPerson, salt: Uint8Array): string {
  const end = salt.byteLength === SALT_BYTES ? writePerson(person) : -1
  return end === -1 ? hmacSha256(salt, canonicalJson(person)) : quickHmac(salt, end)
}

// Three flat members, named here in their canonical order: RFC 8785 asks for no more.
function canonicalJson({ address, ip, userAgent }: EventPerson): string {
  return JSON.stringify({ address, ip, userAgent: userAgent?.toWellFormed() ?? null })
}

// Whoever verifies a log checks millions of these: the usual ones are written where they are hashed (1.0 µs against 2.5).
const BLOCK_BYTES = 64
const [INNER_PAD, OUTER_PAD] = [0x36, 0x5c]
const HASH_BYTES = 32
const MAX_MEMBERS = 4
const inner = Buffer.alloc(BLOCK_BYTES + MAX_MEMBERS * MAX_PLAIN, INNER_PAD)
const outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES, OUTER_PAD)
const views: (Buffer | undefined)[] = []

const ADDRESS = Buffer.from('{"address":')
const IP = Buffer.from(',"ip":')
const USER_AGENT = Buffer.from(',"userAgent":')
const CLOSE = 0x7d

function writePerson({ address, ip, userAgent }: EventPerson): number {
  let end = writeJsonText(inner, writeBytes(inner, BLOCK_BYTES, ADDRESS), address)
  if (end === -1) return -1
  end = writeJsonText(inner, writeBytes(inner, end, IP), ip)
  if (end === -1) return -1
  end = writeJsonText(inner, writeBytes(inner, end, USER_AGENT), userAgent)
  if (end === -1) return -1
  inner[end] = CLOSE
  return end + 1
}

// RFC 2104 §2. The other half of each block is the pad itself, as the salt is shorter than the block.
function quickHmac(salt: Uint8Array, end: number): string {
  for (let nth = 0; nth < SALT_BYTES; nth += 1) {
    const byte = salt[nth] as number
    inner[nth] = byte ^ INNER_PAD
    outer[nth] = byte ^ OUTER_PAD
  }
  views[end] ??= inner.subarray(0, end)
  outer.write(hash("sha256", views[end] as Buffer, "binary"), BLOCK_BYTES, HASH_BYTES, "latin1")
  return hash("sha256", outer, "base64url")
}
