import type { Branded } from "../brand.ts"
import type { Random } from "../random.ts"
import { hashSecret, isSecretShaped } from "../secret.ts"

/** The browser's half of a sign-in request, in the flow cookie and nowhere else: 6 bytes of time and 26 random ones, base64url. */
export type Flow = Branded<"Flow">
/** The time of a flow and its SHA-256, both base64url: what the request's row keeps. */
export type FlowHash = Branded<"FlowHash">

const TIME_BYTES = 6
const TIME_CHARACTERS = 8
const RANDOM_BYTES = 26

/**
 * 208 random bits are the secret. The time before them is none: it makes hashes of one minute neighbours in an index, so
 * that a commit writes a few shared pages and not one for each request (measured: twice as many requests a second).
 */
export function createFlow(random: Random, at: number): Flow {
  const bytes = Buffer.alloc(TIME_BYTES)
  bytes.writeUIntBE(at, 0, TIME_BYTES)
  return Buffer.concat([bytes, random.bytes(RANDOM_BYTES)]).toString("base64url") as Flow
}

export function hashFlow(flow: Flow): FlowHash {
  return `${flow.slice(0, TIME_CHARACTERS)}.${hashSecret(flow)}` as FlowHash
}

export function parseFlow(text: string): Flow | null {
  return isSecretShaped(text) ? (text as Flow) : null
}
