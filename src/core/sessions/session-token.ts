import type { Branded } from "../brand.ts"
import type { Random } from "../random.ts"
import { createSecret, hashSecret, isSecretShaped } from "../secret.ts"

/** What the session cookie carries before its signature: 32 random bytes, base64url. Never stored, never logged. */
export type SessionToken = Branded<"SessionToken">
/** SHA-256 of a session token, base64url: what the session's row keeps (ASVS 7.2.3). */
export type SessionTokenHash = Branded<"SessionTokenHash">

export const createSessionToken = (random: Random): SessionToken => createSecret(random) as SessionToken
export const hashSessionToken = (token: SessionToken): SessionTokenHash => hashSecret(token) as SessionTokenHash
export const parseSessionToken = (text: string): SessionToken | null =>
  isSecretShaped(text) ? (text as SessionToken) : null
