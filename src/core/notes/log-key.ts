import { createPrivateKey, createPublicKey, hkdfSync, sign } from "node:crypto"

/** An Ed25519 key that signs checkpoints, made from a secret of the configuration. */
export interface LogKey {
  /** 32 bytes (RFC 8032). */
  readonly publicKey: Uint8Array
  /** 64 bytes, over the text in UTF-8. */
  sign(message: string | Uint8Array): Buffer
}

// Keeps this key apart from all else that is made from a secret: one for JWTs may come from the same.
const PURPOSE = "linklatch log ed25519"
const SEED_BYTES = 32
// What stands before the seed in PKCS #8, and before the key in SPKI (RFC 8410 §7 and §4).
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex")
const SPKI_HEAD_BYTES = 12

/**
 * The same secret always makes the same key: no private key is at rest anywhere, least of all in the database that it vouches for. The
 * secret has at least 32 random characters, which HKDF needs (RFC 5869 §4).
 */
export function deriveLogKey(secret: string): LogKey {
  const seed = Buffer.from(hkdfSync("sha256", secret, "", PURPOSE, SEED_BYTES))
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" })
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" })
  return {
    publicKey: Uint8Array.from(spki.subarray(SPKI_HEAD_BYTES)),
    sign: (message) => sign(null, typeof message === "string" ? Buffer.from(message) : message, privateKey),
  }
}
