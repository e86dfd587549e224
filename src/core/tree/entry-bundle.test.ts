import fc from "fast-check"
import { expect, it } from "vitest"
import { decodeBundle, encodeBundle } from "./entry-bundle.ts"

it("writes each leaf after its length in two bytes, big end first, as C2SP tlog-tiles says", () => {
  expect(encodeBundle(["a", "", "é"]).toString("hex")).toBe("000161" + "0000" + "0002c3a9")
  expect(
    encodeBundle(["x".repeat(258)])
      .subarray(0, 3)
      .toString("hex"),
  ).toBe("010278")
  expect(encodeBundle([])).toHaveLength(0)
})

it("is read back as it was written, whatever the leaves", () => {
  const leaves = fc.array(fc.string({ unit: "grapheme" }), { maxLength: 256 })
  fc.assert(
    fc.property(leaves, (written) => {
      expect(decodeBundle(encodeBundle(written))).toEqual(written)
    }),
  )
})

it("keeps a byte order mark, which is a part of the leaf as it was hashed", () => {
  expect(decodeBundle(encodeBundle(["\ufeffleaf"]))).toEqual(["\ufeffleaf"])
})

it("holds leaves of up to 65 535 bytes", () => {
  const longest = "x".repeat(65_535)
  expect(decodeBundle(encodeBundle([longest, "next"]))).toEqual([longest, "next"])
  expect(() => encodeBundle([`${longest}x`])).toThrow("at most 65535 bytes")
  expect(() => encodeBundle(["é".repeat(32_768)])).toThrow("at most 65535 bytes")
})

it("is not read where it was cut, where it isn't UTF-8, or with more leaves than a tile has", () => {
  const bundle = encodeBundle(["one", "two"])
  expect(decodeBundle(bundle.subarray(0, 5))).toEqual(["one"])
  for (const length of [1, 2, 4, 6, 7, 9]) expect(decodeBundle(bundle.subarray(0, length))).toBeNull()
  expect(decodeBundle(Buffer.from("0001ff", "hex"))).toBeNull()
  expect(decodeBundle(Buffer.alloc(2 * 256))).toHaveLength(256)
  expect(decodeBundle(Buffer.alloc(2 * 257))).toBeNull()
})

it("is read only if it is what would be written, and never throws", () => {
  const lengths = fc.array(fc.oneof(fc.uint8Array({ maxLength: 9 }), fc.constant(Uint8Array.of(0, 1, 97))))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        lengths.map((parts) => Buffer.concat(parts)),
      ),
      (bytes) => {
        const leaves = decodeBundle(bytes)
        expect(leaves === null || encodeBundle(leaves).equals(bytes)).toBe(true)
      },
    ),
  )
})
