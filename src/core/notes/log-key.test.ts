import { createPublicKey, verify } from "node:crypto"
import { expect, it } from "vitest"
import { deriveJwtKey } from "../jwt/jwt-key.ts"
import { deriveLogKey } from "./log-key.ts"
import { ED25519, verifierKeyOf, writeVerifierKey } from "./verifier-key.ts"

const SECRET = "a-secret-for-tests-that-is-long-enough"

// Auditors were given this key: whoever changes it makes every log that is kept unverifiable.
it("never changes from one release to the next", () => {
  const { publicKey } = deriveLogKey(SECRET)
  expect(writeVerifierKey(verifierKeyOf("example.org/auth/log", ED25519, publicKey))).toBe(
    "example.org/auth/log+1b9a6217+Abrh1So7hVi+d0lJlmOengr8iN33BWO4EhlcUglj82sc",
  )
})

it("is another for another secret, and not the key that signs JWTs with the same", () => {
  const { publicKey } = deriveLogKey(SECRET)
  expect(deriveLogKey(`${SECRET}!`).publicKey).not.toEqual(publicKey)
  expect(Buffer.from(publicKey).toString("base64url")).not.toBe(deriveJwtKey(SECRET).publicJwk.x)
})

it("signs texts and bytes, as its public half verifies", () => {
  const { publicKey, sign } = deriveLogKey(SECRET)
  const x = Buffer.from(publicKey).toString("base64url")
  const verifier = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" })
  const bytes = Buffer.from("für alle\n")
  expect(verify(null, bytes, verifier, sign("für alle\n"))).toBe(true)
  expect(verify(null, bytes, verifier, sign(bytes))).toBe(true)
})

it("shows nothing of its secret or its private half", () => {
  const shown = JSON.stringify(deriveLogKey(SECRET), (_, value) => value)
  expect(Object.keys(JSON.parse(shown))).toEqual(["publicKey"])
})
