import fc from "fast-check"
import { expect, it } from "vitest"
import { anyText } from "../../../test/any-text.ts"
import { readTilePath, tilePath } from "./tile-path.ts"

it("is written as C2SP tlog-tiles says", () => {
  expect(tilePath({ level: 0, index: 1_234_067 })).toBe("tile/0/x001/x234/067")
  expect(tilePath({ level: 0, index: 1_234_067, width: 5 })).toBe("tile/0/x001/x234/067.p/5")
  expect(tilePath({ level: "entries", index: 0 })).toBe("tile/entries/000")
  expect(tilePath({ level: 63, index: 1_000, width: 256 })).toBe("tile/63/x001/000")
})

it("is read back as it was written, whatever the tile", () => {
  const level = fc.oneof(fc.nat(63), fc.constant("entries" as const))
  const tile = fc.record({ level, index: fc.maxSafeNat(), width: fc.integer({ min: 1, max: 256 }) })
  fc.assert(
    fc.property(tile, (written) => {
      expect(readTilePath(tilePath(written))).toEqual(written)
    }),
  )
})

it.each([
  ["another level", "tile/64/000"],
  ["a level with a zero before it", "tile/00/000"],
  ["a level below 0", "tile/-1/000"],
  ["data of another kind", "tile/data/000"],
  ["no index", "tile/0/"],
  ["an index that is too short", "tile/0/67"],
  ["elements that aren't needed", "tile/0/x000/067"],
  ["an x too many", "tile/0/x067"],
  ["an x too few", "tile/0/001/067"],
  ["an index beyond 2^53", "tile/0/x009/x007/x199/x254/x740/992"],
  ["a width of 0", "tile/0/000.p/0"],
  ["a full width that is spelt out", "tile/0/000.p/256"],
  ["a width with a zero before it", "tile/0/000.p/05"],
  ["something after it", "tile/0/000/"],
  ["a line's end", "tile/0/000\n"],
  ["something before it", "/tile/0/000"],
  ["a way up", "tile/0/../000"],
  ["other digits", "tile/0/٠٠٠"],
])("is not read with %s", (_, path) => {
  expect(readTilePath(path)).toBeNull()
})

it("is read only if it is what would be written", () => {
  const piece = fc.constantFrom("tile", "/", "entries", "0", "x", "000", "x001", "67", ".p/", "5", "256", "-")
  const path = fc.oneof(
    anyText,
    fc.array(piece).map((pieces) => pieces.join("")),
  )
  fc.assert(
    fc.property(path, (text) => {
      const read = readTilePath(text)
      expect(read === null || tilePath(read) === text).toBe(true)
    }),
  )
})

it.each([
  { level: 64, index: 0 },
  { level: 0.5, index: 0 },
  { level: 0, index: -1 },
  { level: 0, index: 2 ** 53 },
  { level: 0, index: 0, width: 0 },
  { level: 0, index: 0, width: 257 },
])("is not written for what no tile is: %j", (tile) => {
  expect(() => tilePath(tile)).toThrow("There is no tile")
})
