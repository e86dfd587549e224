import fc from "fast-check"
import { expect, it } from "vitest"
import { anyText } from "../../../test/any-text.ts"
import { COSIGNATURE, ED25519, readVerifierKey, verifierKeyOf, writeVerifierKey } from "./verifier-key.ts"

// C2SP signed-note, "Example".
const EXAMPLE = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
const publicKey = fc.uint8Array({ minLength: 32, maxLength: 32 })
const type = fc.constantFrom(ED25519, COSIGNATURE)
const name = fc.oneof(
  fc.webPath().map((path) => `example.org${path}`),
  fc.constantFrom("é", "日本", "a-b_c.d/e"),
)

it("has the id of C2SP's example, and is written as it is there", () => {
  const read = readVerifierKey(EXAMPLE)
  expect(read).toMatchObject({ name: "example.com/foo", id: 0x53_0d_90_3a, type: ED25519 })
  expect(read && verifierKeyOf(read.name, read.type, read.publicKey)).toEqual(read)
  expect(read && writeVerifierKey(read)).toBe(EXAMPLE)
})

it("has another id for each type, so that a cosignature is never taken for a signature", () => {
  const bytes = new Uint8Array(32)
  expect(verifierKeyOf("a", ED25519, bytes).id).not.toBe(verifierKeyOf("a", COSIGNATURE, bytes).id)
})

it("is read back as it was written, whatever the key", () => {
  fc.assert(
    fc.property(
      name.filter((text) => !text.includes("+")),
      type,
      publicKey,
      (...parts) => {
        const key = verifierKeyOf(...parts)
        expect(readVerifierKey(writeVerifierKey(key))).toEqual(key)
      },
    ),
  )
})

it("is not read once any character of it is another", () => {
  const character = fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 1 })
  fc.assert(
    fc.property(fc.nat(EXAMPLE.length - 1), character, (at, other) => {
      fc.pre(EXAMPLE[at] !== other)
      expect(readVerifierKey(EXAMPLE.slice(0, at) + other + EXAMPLE.slice(at + 1))).toBeNull()
    }),
  )
})

it("is not read with more or less of it, or of a type that we don't check", () => {
  const [, , encoded = ""] = EXAMPLE.split("+")
  const short = Buffer.from(encoded, "base64").subarray(0, -1).toString("base64")
  const ofType = (other: number) => {
    const key = verifierKeyOf("example.com/foo", other as typeof ED25519, Buffer.from(encoded, "base64").subarray(1))
    return writeVerifierKey(key)
  }
  expect(readVerifierKey(ofType(ED25519))).not.toBeNull()
  const others = [
    "",
    "+",
    "++",
    `${EXAMPLE}\n`,
    ` ${EXAMPLE}`,
    `${EXAMPLE}+`,
    EXAMPLE.replace("530d903a", "530D903A"),
    EXAMPLE.replace("530d903a", "30d903a"),
    EXAMPLE.replace("example.com/foo", ""),
    EXAMPLE.replace("/", "\u2003"),
    EXAMPLE.replace(encoded, short),
    ...[0, 2, 3, 5, 6, 255].map(ofType),
  ]
  for (const other of others) expect(readVerifierKey(other)).toBeNull()
})

it("never throws at what it reads", () => {
  const text = fc.oneof(
    anyText,
    fc.array(fc.constantFrom("a", "+", "530d903a", "AekyeRrm")).map((parts) => parts.join("")),
  )
  fc.assert(
    fc.property(text, (any) => {
      expect(readVerifierKey(any)).toBeNull()
    }),
  )
})

it.each(["", "two words", "a+b", "a\nb", "no\u00a0break", "a\u0085b", "\u3000", "\ud800", "tab\t"])(
  "is not made for the name %j",
  (wrong) => {
    expect(() => verifierKeyOf(wrong, ED25519, new Uint8Array(32))).toThrow("A key's name")
  },
)

it.each([0, 31, 33])("is not made of %i bytes", (length) => {
  expect(() => verifierKeyOf("a", ED25519, new Uint8Array(length))).toThrow("32 bytes")
})
