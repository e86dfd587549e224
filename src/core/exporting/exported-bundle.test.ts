import { describe, expect, it } from "vitest"
import { leafOf } from "../audit/leaf.ts"
import type { Bundle, SealedRow } from "../sealing/sealing-store.ts"
import { hashLeaf } from "../tree/hash.ts"
import { exportedBundle } from "./exported-bundle.ts"

// Indexes 256, 257, 258 stand at positions 41, 40 and 50: two were committed in the other order, and there is a hole.
const row = (position: number): SealedRow => ({
  ...{ position, id: `id-${position}`, at: position, type: "user_created", userId: null },
  ...{ detail: "{}", commitment: null, piiId: null, pii: null },
})
const rows = [row(40), row(41), row(50)]
const bundle: Bundle = {
  index: 1,
  ranges: [
    [41, 41],
    [40, 40],
    [50, 50],
  ],
  rows,
}
const tile = Buffer.concat([41, 40, 50].map((position) => Buffer.from(hashLeaf(leafOf(row(position))), "latin1")))
const whole = { from: 256, to: 259, after: 7 }
const told = (some: Partial<Parameters<typeof exportedBundle>[0]>, range = whole) =>
  exportedBundle({ number: 1, bundle, tile, ...some }, range).map((event) => [
    event.index,
    event.state,
    "id" in event ? event.id : event.at,
  ])

describe("a bundle of the sealed log", () => {
  it("is told in the order of indexes, not of positions", () => {
    expect(told({})).toEqual([
      [256, "sealed", "id-41"],
      [257, "sealed", "id-40"],
      [258, "sealed", "id-50"],
    ])
    expect(told({}, { from: 257, to: 258, after: 0 })).toEqual([[257, "sealed", "id-40"]])
    expect(told({}, { from: 0, to: 1_000, after: 0 })).toHaveLength(256)
  })

  it("says at its own index that an event is missing, since the one before it", () => {
    const left = { ...bundle, rows: [row(41), row(50)] }
    expect(told({ bundle: left })).toEqual([
      [256, "sealed", "id-41"],
      [257, "missing", 41],
      [258, "sealed", "id-50"],
    ])
    expect(told({ bundle: undefined })).toEqual([256, 257, 258].map((index) => [index, "missing", 7]))
  })

  it("believes no event whose hash isn't there any more, and none in the place of another", () => {
    const altered = [41, 40, 50].map((position, at) => [256 + at, "altered", `id-${position}`])
    expect(told({ tile: null })).toEqual(altered)
    expect(told({ tile: tile.subarray(0, 40) }).map(([, state]) => state)).toEqual(["sealed", "altered", "altered"])
    expect(
      told({
        bundle: {
          ...bundle,
          ranges: [
            [40, 41],
            [50, 50],
          ],
        },
      }).map(([, state]) => state),
    ).toEqual([...["altered", "altered", "sealed"]])
    expect(told({ bundle: { ...bundle, ranges: [[0, 1e12]] } }, { ...whole, to: 257 })).toEqual([[256, "missing", 7]])
  })
})
