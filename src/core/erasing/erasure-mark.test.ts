import { createHmac, hkdfSync } from "node:crypto"
import { describe, expect, it } from "vitest"
import type { Address } from "../addresses/canonical-address.ts"
import { createErasureMarker } from "./erasure-mark.ts"

const SECRET = "0123456789abcdef0123456789abcdef"
const ADA = "ada@example.com" as Address

describe("the mark of an address", () => {
  it("is an HMAC under a key of its own, made from the secret", () => {
    const key = Buffer.from(hkdfSync("sha256", SECRET, "", "linklatch erasure journal", 32))
    expect(createErasureMarker(SECRET).mark(ADA).hash).toBe(createHmac("sha256", key).update(ADA).digest("base64url"))
  })

  // A journal is kept for years: what made its marks must not change.
  it("stays what it was when the first journals were written", () => {
    expect(createErasureMarker(SECRET).mark(ADA)).toEqual({
      key: "USm7m8xtrJEqQrp0",
      hash: "8_BknPVeOOHQBpktn6XC63V6CxmunnmrJKFTkJt909s",
    })
  })

  it("says which secret it came from, and nothing about it", () => {
    const [one, other] = [createErasureMarker(SECRET), createErasureMarker(`${SECRET}!`)]
    expect(one.key).not.toBe(other.key)
    expect(one.mark(ADA).hash).not.toBe(other.mark(ADA).hash)
    expect(one.key).toHaveLength(16)
  })
})
