import type { Branded } from "../brand.ts"
import type { Random } from "../random.ts"
import { createSecret, hashSecret, isSecretShaped } from "../secret.ts"

/** What a link in the mail carries: 32 random bytes, base64url, 43 characters. Never stored, never logged. */
export type Token = Branded<"Token">
/** SHA-256 of a token, base64url. What the database keeps; never mailed. */
export type TokenHash = Branded<"TokenHash">

export const createToken = (random: Random): Token => createSecret(random) as Token
export const hashToken = (token: Token): TokenHash => hashSecret(token) as TokenHash
export const parseToken = (text: string): Token | null => (isSecretShaped(text) ? (text as Token) : null)
