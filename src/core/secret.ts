import { hash } from "node:crypto"
import type { Random } from "./random.ts"

// Tokens, flows and session tokens are all 256 random bits in base64url: 43 characters (ASVS 7.2.3, 11.5.1).
const SECRET_BYTES = 32
const SECRET_SHAPE = /^[A-Za-z0-9_-]{43}$/

export function createSecret(random: Random): string {
  return random.bytes(SECRET_BYTES).toString("base64url")
}

// A dump of the tables must sign nobody in (P3), so only hashes are kept. 256 random bits need no salt (ASVS 6.5.2).
export function hashSecret(secret: string): string {
  return hash("sha256", secret, "base64url")
}

/** An empty, long or odd text can't be a secret of ours, and never reaches the store. */
export function isSecretShaped(text: string): boolean {
  return SECRET_SHAPE.test(text)
}
