import type { Address } from "../../core/addresses/canonical-address.ts"
import { commitTo, SALT_BYTES } from "../../core/audit/commitment.ts"
import type { AuditEvent, Client } from "../../core/audit/event.ts"
import { hmacPads } from "../../core/hmac.ts"
import { type Random, systemRandom } from "../../core/random.ts"

/** What a decision needs to write its events: who, and a salt for the one row of personal data that they share. */
export interface Writer {
  readonly salt: string
  readonly commitment?: string
  readonly inner_pad?: string
  readonly outer_pad?: string
  readonly ip?: string | null
  readonly user_agent?: string | null
}

/** For a person who is known here. */
export function createWriter(client: Client, address: Address | null, random: Random = systemRandom): Writer {
  const { ip, userAgent } = client
  const salt = random.bytes(SALT_BYTES)
  return { salt: bytea(salt), commitment: commitTo({ address, ip, userAgent }, salt), ip, user_agent: userAgent }
}

/**
 * For a person whose address the database alone knows. It commits in the same round trip, and has SHA-256 but no HMAC: so it is given
 * the two pads (RFC 2104) and hashes twice.
 */
export function createLateWriter(client: Client | null, random: Random = systemRandom): Writer {
  const salt = random.bytes(SALT_BYTES)
  const { inner, outer } = hmacPads(salt)
  const pads = { salt: bytea(salt), inner_pad: bytea(inner), outer_pad: bytea(outer) }
  return client === null ? pads : { ...pads, ip: client.ip, user_agent: client.userAgent }
}

function bytea(bytes: Buffer): string {
  return `\\x${bytes.toString("hex")}`
}

/** An event as the functions give it back. */
export type EventRow = readonly [
  seq: number,
  id: string,
  at: number,
  type: string,
  userId: string | null,
  detail: string,
  commitment: string | null,
  piiId: string | null,
  address: string | null,
  ip: string | null,
  userAgent: string | null,
]

export function toEvent([
  seq,
  id,
  at,
  type,
  userId,
  detail,
  commitment,
  piiId,
  address,
  ip,
  userAgent,
]: EventRow): AuditEvent {
  const person = piiId === null ? null : { address, ip, userAgent }
  return { seq, id, at, type, userId, detail: JSON.parse(detail), commitment, person } as AuditEvent
}
