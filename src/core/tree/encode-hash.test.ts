import fc from "fast-check"
import { expect, it } from "vitest"
import { hashBase64, hashBytes, hashFrom, hashFromBase64, readHashes, writeHashes } from "./encode-hash.ts"
import { hashChildren, hashLeaf } from "./hash.ts"

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })

it("is read back from bytes and base64 as it was, whatever the hash", () => {
  fc.assert(
    fc.property(bytes, (hash) => {
      expect(new Uint8Array(hashBytes(hashFrom(hash)))).toEqual(hash)
      expect(hashFromBase64(hashBase64(hashFrom(hash)))).toBe(hashFrom(hash))
    }),
  )
})

it("is read from the part of a buffer that it is given", () => {
  const hash = hashLeaf("leaf")
  const around = Buffer.concat([Buffer.alloc(5), hashBytes(hash), Buffer.alloc(7)])
  expect(hashFrom(around.subarray(5, 37))).toBe(hash)
  expect(hashFrom(new Uint8Array(around.buffer, around.byteOffset + 5, 32))).toBe(hash)
  expect(readHashes(around.subarray(5), 1)).toEqual([hash])
})

it("stands in a tile beside others, and can be read from its left", () => {
  const hashes = Array.from({ length: 256 }, (_, index) => hashLeaf(`leaf ${index}`))
  const tile = writeHashes(hashes)
  expect(tile).toEqual(Buffer.concat(hashes.map(hashBytes)))
  expect(readHashes(tile, 256)).toEqual(hashes)
  expect(readHashes(tile, 70)).toEqual(hashes.slice(0, 70))
})

// A text cut from a longer one is kept in another way by V8, and must be hashed as any other.
it("has the same parent, made or read from a tile", () => {
  const [left, right] = [hashLeaf("left"), hashLeaf("right")]
  const [readLeft = left, readRight = left] = readHashes(writeHashes([left, right]), 2)
  expect(hashChildren(readLeft, readRight)).toBe(hashChildren(left, right))
})

it.each([0, 31, 33, 64])("is not read from %i bytes", (length) => {
  expect(() => hashFrom(new Uint8Array(length))).toThrow("A hash has 32 bytes")
  expect(hashFromBase64(Buffer.alloc(length).toString("base64"))).toBeNull()
})

it("is read from the one way to write it in base64, and no other", () => {
  const written = hashBase64(hashLeaf("leaf 6"))
  expect(written).toMatch(/^[\w+/]{43}=$/)
  expect(hashFromBase64(written)).toBe(hashLeaf("leaf 6"))
  const last = written.at(-2) ?? ""
  const others = [
    written.slice(0, -1),
    `${written}=`,
    `${written}\n`,
    ` ${written}`,
    `${written.slice(0, 20)}\n${written.slice(20)}`,
    Buffer.from(hashBytes(hashLeaf("leaf 6"))).toString("base64url"),
    // Two bits of the last character stand for nothing.
    `${written.slice(0, -2)}${String.fromCharCode(last.charCodeAt(0) + 1)}=`,
  ]
  for (const other of others) expect(hashFromBase64(other)).toBeNull()
})
