import type { Random } from "./random.ts"

/**
 * A UUIDv7 (RFC 9562 §5.7): 48 bits of time, then 74 random bits. Ids sort by the time they were made, which keeps
 * inserts at the end of an index. They are public names, never secrets.
 */
export function uuidv7(at: number, random: Random): string {
  const bytes = random.bytes(16)
  bytes.writeUIntBE(at, 0, 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = bytes.toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const LAST_TIME = 2 ** 48 - 1

/** Ids that were made before this time sort before it, all others behind it. */
export function firstIdAt(at: number): string {
  const hex = Math.min(Math.max(0, at), LAST_TIME).toString(16).padStart(12, "0")
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}
