import { createPublicKey, sign, verify } from "node:crypto"
import { calculateJwkThumbprint } from "jose"
import { expect, it } from "vitest"
import { hmacSha256 } from "../hmac.ts"
import { deriveJwtKey, thumbprint } from "./jwt-key.ts"

const SECRET = "a-secret-for-tests-that-is-long-enough"

it("is the same for the same secret, and another for another", () => {
  const [key, again, other] = [deriveJwtKey(SECRET), deriveJwtKey(SECRET), deriveJwtKey(`${SECRET}!`)]
  expect(again.publicJwk).toEqual(key.publicJwk)
  expect(other.publicJwk.x).not.toBe(key.publicJwk.x)
  expect(other.kid).not.toBe(key.kid)
})

// The keys of applications would change under them: whoever changes this rotates everybody's.
it("never changes from one release to the next", () => {
  expect(deriveJwtKey(SECRET).publicJwk).toEqual({
    kty: "OKP",
    crv: "Ed25519",
    x: "jrCk-glkrHitff8PjRJembMXlDVVISpbZPBhWq1qOn4",
    kid: "eFKx2_6mcqX7uyckbmupFMtqM_kZF-sqJvjTPNV6Kus",
    alg: "EdDSA",
    use: "sig",
  })
})

it("signs what its public half verifies", () => {
  const { privateKey, publicJwk } = deriveJwtKey(SECRET)
  const text = Buffer.from("hello")
  const publicKey = createPublicKey({ key: { ...publicJwk }, format: "jwk" })
  expect(verify(null, text, publicKey, sign(null, text, privateKey))).toBe(true)
})

it("tells nothing of the private half, the secret, or a signature under the secret", () => {
  const { privateKey, publicJwk } = deriveJwtKey(SECRET)
  const seed = privateKey.export({ format: "jwk" }).d
  const shown = JSON.stringify(publicJwk)
  for (const secret of [SECRET, seed, Buffer.from(SECRET).toString("base64url")]) expect(shown).not.toContain(secret)
  for (const purpose of ["linklatch jwt ed25519", "linklatch session\n", ""]) {
    expect(seed).not.toBe(hmacSha256(SECRET, purpose))
  }
})

it("is named by the thumbprint of RFC 7638", async () => {
  // RFC 8037, appendix A.3
  expect(thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
  const { publicJwk, kid } = deriveJwtKey(SECRET)
  expect(kid).toBe(await calculateJwkThumbprint({ ...publicJwk }))
})
