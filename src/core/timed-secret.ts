import type { Random } from "./random.ts"
import { hashSecret } from "./secret.ts"

const TIME_BYTES = 6
const TIME_CHARACTERS = 8
const RANDOM_BYTES = 26

/**
 * 43 characters as any secret of ours: 6 bytes of time and 26 random ones, base64url. The 208 random bits are the
 * secret. The time is none: it makes hashes of one minute neighbours in an index, so that a commit writes a few shared
 * pages and not one or two for each row (decisions/007).
 */
export function createTimedSecret(random: Random, at: number): string {
  const bytes = Buffer.alloc(TIME_BYTES)
  bytes.writeUIntBE(at, 0, TIME_BYTES)
  return Buffer.concat([bytes, random.bytes(RANDOM_BYTES)]).toString("base64url")
}

/** The time, a dot, and SHA-256 of the whole. */
export function hashTimedSecret(secret: string): string {
  return `${secret.slice(0, TIME_CHARACTERS)}.${hashSecret(secret)}`
}
