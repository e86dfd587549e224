import type { Branded } from "../brand.ts"
import { hmacSha256 } from "../hmac.ts"
import type { Random } from "../random.ts"
import type { FlowHash } from "./flow.ts"

/** Six digits, in the same mail as the link, good only in the browser that holds the flow. */
export type Code = Branded<"Code">
/** HMAC-SHA-256 of a code, base64url. */
export type CodeHash = Branded<"CodeHash">

export const CODE_TRIES = 5

// 2^32 is not a multiple of a million: numbers past the last whole million are drawn again, so each code is as likely.
const FAIR_BELOW = Math.floor(2 ** 32 / 1_000_000) * 1_000_000

export function createCode(random: Random): Code {
  let number = random.bytes(4).readUInt32BE()
  while (number >= FAIR_BELOW) number = random.bytes(4).readUInt32BE()
  return String(number % 1_000_000).padStart(6, "0") as Code
}

/** The code in what a person typed or pasted ("123 456", "123-456"), or null. */
export function parseCode(text: string): Code | null {
  const digits = text.replace(/[\s-]/g, "")
  return /^[0-9]{6}$/.test(digits) ? (digits as Code) : null
}

/**
 * Twenty bits are too few for a plain hash: whoever holds the table would try them all. The key is the server's secret,
 * which the database never sees, and the flow is the salt of the row (ASVS 6.5.2).
 */
export function hashCode(code: Code, flowHash: FlowHash, secret: string): CodeHash {
  return hmacSha256(secret, `linklatch code\n${flowHash}\n${code}`) as CodeHash
}
