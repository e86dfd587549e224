import type { Branded } from "../brand.ts"
import type { Random } from "../random.ts"
import { isSecretShaped } from "../secret.ts"
import { createTimedSecret, hashTimedSecret } from "../timed-secret.ts"

/** What the session cookie carries before its signature: 6 bytes of time and 26 random ones, base64url. Never stored, never logged. */
export type SessionToken = Branded<"SessionToken">
/** The time of a session token and its SHA-256, both base64url: what the session's row keeps (ASVS 7.2.3). */
export type SessionTokenHash = Branded<"SessionTokenHash">

export const createSessionToken = (random: Random, at: number): SessionToken =>
  createTimedSecret(random, at) as SessionToken
export const hashSessionToken = (token: SessionToken): SessionTokenHash => hashTimedSecret(token) as SessionTokenHash
export const parseSessionToken = (text: string): SessionToken | null =>
  isSecretShaped(text) ? (text as SessionToken) : null
