import { createHmac } from "node:crypto"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Address } from "../addresses/canonical-address.ts"
import { commitTo } from "./commitment.ts"
import type { EventPerson } from "./event.ts"

const SALT = Buffer.from("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "hex")
const ADA: EventPerson = { address: "ada@example.com" as Address, ip: "192.0.2.1", userAgent: 'Mozilla "5.0"' }

describe("a commitment", () => {
  it("is HMAC-SHA-256 under the salt of the person as RFC 8785 JSON", () => {
    const json = '{"address":"ada@example.com","ip":"192.0.2.1","userAgent":"Mozilla \\"5.0\\""}'
    expect(commitTo(ADA, SALT)).toBe(createHmac("sha256", SALT).update(json).digest("base64url"))
  })

  // Made once with Python's hmac and json: whoever checks a log later needs the same bytes, in any language.
  it("stays what it was when the first logs were written", () => {
    expect(commitTo(ADA, SALT)).toBe("LVGz_mxQFQnBbDgNICv3j9b2UyP5_Oy2qc-k12N5jp0")
    expect(commitTo({ address: null, ip: null, userAgent: null }, SALT)).toBe(
      "QiG63nNeh5fZAhcoG3R9xrR_NP2MXOfLguAmOYcWmkM",
    )
    expect(commitTo({ address: null, ip: null, userAgent: "ü\u2028\u0001\u{1f511}/" }, SALT)).toBe(
      "QeEFcJhpQWY6IyovfRgdmYflctlPU8iIYjteXlQ63oI",
    )
  })

  it("doesn't depend on the order of the members, nor on others", () => {
    const { address, ip, userAgent } = ADA
    const disordered = { userAgent, extra: "x", ip, address }
    expect(commitTo(disordered, SALT)).toBe(commitTo(ADA, SALT))
  })

  it("tells nothing apart without its salt", () => {
    expect(commitTo(ADA, Buffer.alloc(32))).not.toBe(commitTo(ADA, SALT))
  })

  it("is another one for another person", () => {
    const member = fc.option(fc.string({ unit: "grapheme" }))
    const person = fc.record({ address: member, ip: member, userAgent: member }) as fc.Arbitrary<EventPerson>
    fc.assert(
      fc.property(person, person, (one, other) => {
        const isSame = one.address === other.address && one.ip === other.ip && one.userAgent === other.userAgent
        expect(commitTo(one, SALT) === commitTo(other, SALT)).toBe(isSame)
      }),
    )
  })

  it("is that HMAC for any person and any salt", () => {
    const member = fc.option(
      fc.oneof(
        fc.string({ unit: "grapheme" }),
        fc.string({ unit: "binary" }),
        fc.string({ minLength: 4_000, maxLength: 4_200 }),
      ),
    )
    const person = fc.record({ address: member, ip: member, userAgent: member }) as fc.Arbitrary<EventPerson>
    const salt = fc.oneof(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ minLength: 1, maxLength: 100 }),
    )
    fc.assert(
      fc.property(person, salt, (one, key) => {
        const { address, ip, userAgent } = one
        const json = JSON.stringify({ address, ip, userAgent: userAgent?.toWellFormed() ?? null })
        expect(commitTo(one, key)).toBe(createHmac("sha256", key).update(json).digest("base64url"))
      }),
      { numRuns: 150 },
    )
  })

  it("takes a lone surrogate for its replacement, as a database hands it back", () => {
    expect(commitTo({ ...ADA, userAgent: "a\ud800b" }, SALT)).toBe(commitTo({ ...ADA, userAgent: "a\ufffdb" }, SALT))
  })
})
