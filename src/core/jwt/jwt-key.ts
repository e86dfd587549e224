import { createPrivateKey, createPublicKey, hash, hkdfSync, type KeyObject } from "node:crypto"

/** A key that signs what an application is told about a person, made from one secret of the configuration. */
export interface JwtKey {
  readonly privateKey: KeyObject
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string
  readonly publicJwk: PublicJwk
}

/** RFC 8037 §2, and nothing that isn't public. */
export interface PublicJwk {
  readonly kty: "OKP"
  readonly crv: "Ed25519"
  readonly x: string
  readonly kid: string
  readonly alg: "EdDSA"
  readonly use: "sig"
}

// Keeps this key apart from all else that is made from the secret: cookies' signatures, and the hashes of codes.
const PURPOSE = "linklatch jwt ed25519"
const SEED_BYTES = 32
// What stands before the seed in PKCS #8 (RFC 8410 §7).
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex")

/**
 * The same secret always makes the same key: no private key is at rest anywhere (P3), processes agree without talking,
 * and rotating the secret rotates the key. The secret has at least 32 random characters, which HKDF needs (RFC 5869 §4).
 */
export function deriveJwtKey(secret: string): JwtKey {
  const seed = Buffer.from(hkdfSync("sha256", secret, "", PURPOSE, SEED_BYTES))
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" })
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" })
  const kid = thumbprint(x)
  return { privateKey, kid, publicJwk: { kty: "OKP", crv: "Ed25519", x, kid, alg: "EdDSA", use: "sig" } }
}

/** Of an Ed25519 key by its `x`: the members in this order and no space (RFC 7638 §3, RFC 8037 §2). */
export function thumbprint(x: string): string {
  return hash("sha256", `{"crv":"Ed25519","kty":"OKP","x":"${x}"}`, "base64url")
}
