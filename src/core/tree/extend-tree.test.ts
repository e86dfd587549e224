import fc from "fast-check"
import { expect, it } from "vitest"
import { keepTiles } from "../../../test/grown-tree.ts"
import { hashBytes } from "./encode-hash.ts"
import { extendTree } from "./extend-tree.ts"
import { EMPTY_FRONTIER, type Frontier } from "./frontier.ts"
import { hashLeaf } from "./hash.ts"
import { readFrontier, readRoot } from "./read-frontier.ts"
import { rootOf } from "./root-of.ts"
import type { Tile } from "./tile.ts"
import { TreeFault } from "./tree-fault.ts"

const LEAVES = Array.from({ length: 70_000 }, (_, index) => hashLeaf(`leaf ${index}`))

it("adds nothing where there are no leaves", () => {
  expect(extendTree(EMPTY_FRONTIER, [])).toEqual({ frontier: EMPTY_FRONTIER, tiles: [] })
  const { frontier } = extendTree(EMPTY_FRONTIER, LEAVES.slice(0, 300))
  expect(extendTree(frontier, [])).toEqual({ frontier, tiles: [] })
})

it("leaves what it is given as it was", () => {
  const { frontier } = extendTree(EMPTY_FRONTIER, LEAVES.slice(0, 300))
  const before = structuredClone(frontier)
  extendTree(frontier, LEAVES.slice(300, 1_000))
  expect(frontier).toEqual(before)
})

it("can be read back at each size to 1025 while it grows, and when it has grown", async () => {
  const { keep, readTile } = keepTiles()
  const frontiers: Frontier[] = [EMPTY_FRONTIER]
  for (const [index, leaf] of LEAVES.slice(0, 1_025).entries()) {
    const { frontier, tiles } = extendTree(frontiers[index] ?? EMPTY_FRONTIER, [leaf])
    keep(tiles)
    frontiers.push(frontier)
    expect(await readFrontier(frontier.size, readTile)).toEqual(frontier)
  }
  for (const frontier of frontiers) {
    expect(await readFrontier(frontier.size, readTile)).toEqual(frontier)
    expect(await readRoot(frontier.size, readTile)).toBe(rootOf(frontier))
  }
})

// The example of tlog-tiles.
it("cuts a tree of 70 000 leaves into the tiles of C2SP's example", () => {
  const { tiles, frontier } = extendTree(EMPTY_FRONTIER, LEAVES)
  const ofLevel = (level: number) => tiles.filter((tile) => tile.level === level)
  expect(ofLevel(0).map(({ index }) => index)).toEqual(Array.from({ length: 274 }, (_, index) => index))
  expect(ofLevel(0).map(width)).toEqual([...Array.from({ length: 273 }, () => 256), 112])
  expect(ofLevel(1).map(width)).toEqual([256, 17])
  expect(ofLevel(2).map(width)).toEqual([1])
  expect(tiles).toHaveLength(274 + 2 + 1)
  expect(frontier.levels.map((hashes) => hashes.length)).toEqual([112, 17, 1])
})

it("puts the root of a full tile above it, as a tile of one", () => {
  const { tiles, frontier } = extendTree(EMPTY_FRONTIER, LEAVES.slice(0, 256))
  expect(tiles.map((tile) => [tile.level, tile.index, width(tile)])).toEqual([
    [0, 0, 256],
    [1, 0, 1],
  ])
  expect(frontier.levels.map((hashes) => hashes.length)).toEqual([0, 1])
  expect(Buffer.from(tiles[1]?.hashes ?? [])).toEqual(hashBytes(rootOf(frontier)))
})

it("makes the same tiles of any batches, and gives back the frontier of any size there was", async () => {
  const batches = fc.array(fc.oneof(fc.nat(3), fc.nat(700), fc.constantFrom(255, 256, 257, 512)), { maxLength: 12 })
  const property = fc.asyncProperty(batches, fc.nat(), async (sizes, any) => {
    const { tiles, keep, readTile } = keepTiles()
    let frontier: Frontier = EMPTY_FRONTIER
    for (const size of sizes) {
      const extended = extendTree(frontier, LEAVES.slice(frontier.size, frontier.size + size))
      frontier = extended.frontier
      keep(extended.tiles)
    }
    const whole = keepTiles()
    whole.keep(extendTree(EMPTY_FRONTIER, LEAVES.slice(0, frontier.size)).tiles)
    expect(tiles).toEqual(whole.tiles)
    const older = any % (frontier.size + 1)
    expect(await readFrontier(older, readTile)).toEqual(extendTree(EMPTY_FRONTIER, LEAVES.slice(0, older)).frontier)
  })
  await fc.assert(property, { numRuns: 60 })
})

it("goes on at the right place far beyond what a signed integer of 32 bits holds", () => {
  const size = 2 ** 40
  const frontier = { size, levels: [[], [], [], [], [], LEAVES.slice(0, 1)] }
  const extended = extendTree(frontier, LEAVES.slice(0, 300))
  expect(extended.tiles.map((tile) => [tile.level, tile.index, width(tile)])).toEqual([
    [0, 2 ** 32, 256],
    [0, 2 ** 32 + 1, 44],
    [1, 2 ** 24, 1],
  ])
  expect(extended.frontier.size).toBe(size + 300)
})

it("refuses to read a tree of which a tile is missing or short", async () => {
  const { tiles, keep, readTile } = keepTiles()
  keep(extendTree(EMPTY_FRONTIER, LEAVES.slice(0, 600)).tiles)
  await expect(readRoot(601, readTile)).rejects.toThrow(
    new TreeFault({ level: 0, index: 2 }, "has 2816 bytes, and 2848 are needed"),
  )
  tiles.delete("1/0")
  await expect(readRoot(600, readTile)).rejects.toThrow(new TreeFault({ level: 1, index: 0 }, "is missing"))
})

function width(tile: Tile | undefined): number {
  return (tile?.hashes.byteLength ?? 0) / 32
}
