import { createHmac } from "node:crypto"
import fc from "fast-check"
import { expect, it } from "vitest"
import { signValue, verifySigned } from "./signed-value.ts"

/** Any UTF-16 code unit, lone surrogates too. */
const character = fc.nat(0xffff).map((code) => String.fromCharCode(code))

const OLD = "o".repeat(32)
const NEW = "n".repeat(32)
const value = fc.stringMatching(/^[A-Za-z0-9._-]{0,100}$/)

it("is the value, a dot, and the HMAC-SHA-256 of purpose and value", () => {
  const signature = createHmac("sha256", OLD).update("session\nabc").digest("base64url")
  expect(signValue("abc", "session", [OLD])).toBe(`abc.${signature}`)
})

it("gives back any value that it signed, dots and all", () => {
  fc.assert(
    fc.property(value, (text) => {
      expect(verifySigned(signValue(text, "session", [OLD]), "session", [OLD])).toBe(text)
    }),
  )
})

it("signs with the first secret and verifies with all", () => {
  const old = signValue("abc", "session", [OLD])
  expect(verifySigned(old, "session", [NEW, OLD])).toBe("abc")
  expect(verifySigned(old, "session", [NEW])).toBeNull()
  expect(verifySigned(signValue("abc", "session", [NEW, OLD]), "session", [NEW])).toBe("abc")
})

it("doesn't take a flow for a session", () => {
  expect(verifySigned(signValue("abc", "flow", [OLD]), "session", [OLD])).toBeNull()
})

it("refuses a text with any one character changed, dropped or added", () => {
  const change = fc.record({
    at: fc.nat(),
    drop: fc.integer({ min: 0, max: 1 }),
    put: fc.string({ unit: character, maxLength: 1 }),
  })
  fc.assert(
    fc.property(value, change, (text, { at, drop, put }) => {
      const signed = signValue(text, "session", [OLD])
      const index = at % (signed.length + 1)
      const changed = signed.slice(0, index) + put + signed.slice(index + drop)
      if (changed !== signed) expect(verifySigned(changed, "session", [OLD])).toBeNull()
    }),
    { numRuns: 500 },
  )
})

it("wants a dot between value and signature", () => {
  const signed = signValue("abc", "session", [OLD])
  for (const separator of ["", ",", "..", "=", "\n"]) {
    expect(verifySigned(signed.replace(".", separator), "session", [OLD])).toBeNull()
  }
})

it("refuses the other spellings of the same signature", () => {
  const signed = signValue("abc", "session", [OLD])
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
  const accepted = [...alphabet].filter((last) => verifySigned(signed.slice(0, -1) + last, "session", [OLD]) !== null)
  expect(accepted).toEqual([signed.at(-1)])
  expect(verifySigned(`${signed}=`, "session", [OLD])).toBeNull()
  expect(verifySigned(signed.replaceAll("-", "+").replaceAll("_", "/").concat("="), "session", [OLD])).toBeNull()
})

it("refuses lone surrogates, which would share the signature of their replacement", () => {
  const signed = signValue("\ufffd", "session", [OLD])
  expect(verifySigned(signed, "session", [OLD])).toBe("\ufffd")
  expect(verifySigned(signed.replace("\ufffd", "\ud800"), "session", [OLD])).toBeNull()
})

it("answers anything else with null", () => {
  const shaped = fc
    .tuple(fc.string({ unit: character }), fc.stringMatching(/^[A-Za-z0-9_-]{43}$/))
    .map((pair) => pair.join("."))
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: character }), shaped), (text) => {
      expect(verifySigned(text, "session", [OLD, NEW])).toBeNull()
    }),
  )
  for (const text of ["", ".", "abc", "abc.", ".abc", "x".repeat(1_000_000)]) {
    expect(verifySigned(text, "session", [OLD])).toBeNull()
  }
})
