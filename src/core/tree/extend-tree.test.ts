import { createHash } from "node:crypto"
import fc from "fast-check"
import { expect, it } from "vitest"
import { hashBytes } from "./encode-hash.ts"
import { extendTree } from "./extend-tree.ts"
import { EMPTY_FRONTIER, type Frontier } from "./frontier.ts"
import { EMPTY_ROOT, hashLeaf, type TreeHash } from "./hash.ts"
import { readFrontier, readRoot } from "./read-frontier.ts"
import { rootOf } from "./root-of.ts"
import type { ReadTile, Tile } from "./tile.ts"
import { TreeFault } from "./tree-fault.ts"

const LEAVES = Array.from({ length: 70_000 }, (_, index) => hashLeaf(`leaf ${index}`))

// https://github.com/google/certificate-transparency/blob/master/cpp/merkletree/merkle_tree_test.cc
const CT_LEAVES = ["", "\0", "\x10", " !", "01", "@ABC", "PQRSTUVW", "`abcdefghijklmno"]
const CT_ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

it("has the roots of Certificate Transparency's own vectors (AUD-2)", () => {
  const leaves = CT_LEAVES.map(hashLeaf)
  const roots = leaves.map((_, index) => rootOf(extendTree(EMPTY_FRONTIER, leaves.slice(0, index + 1)).frontier))
  expect(roots.map(hex)).toEqual(CT_ROOTS)
})

it("has the hash of nothing as the root of a tree without leaves (AUD-2)", () => {
  expect(hex(EMPTY_ROOT)).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  expect(rootOf(EMPTY_FRONTIER)).toBe(EMPTY_ROOT)
  expect(extendTree(EMPTY_FRONTIER, [])).toEqual({ frontier: EMPTY_FRONTIER, tiles: [] })
})

it("has the root of RFC 6962 §2.1 at every size to 1025, one leaf at a time, and keeps it when it grows (AUD-2)", async () => {
  const { tiles, read } = keptTiles()
  let frontier: Frontier = EMPTY_FRONTIER
  for (const leaf of LEAVES.slice(0, 1_025)) {
    const extended = extendTree(frontier, [leaf])
    frontier = extended.frontier
    keep(tiles, extended.tiles)
    expect(await readFrontier(frontier.size, read)).toEqual(frontier)
  }
  for (let size = 0; size <= 1_025; size += 1) {
    expect(hex(await readRoot(size, read))).toBe(plainRoot(LEAVES.slice(0, size)).toString("hex"))
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
  expect(hex(rootOf(frontier))).toBe(plainRoot(LEAVES).toString("hex"))
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
    const { tiles, read } = keptTiles()
    let frontier: Frontier = EMPTY_FRONTIER
    for (const size of sizes) {
      const extended = extendTree(frontier, LEAVES.slice(frontier.size, frontier.size + size))
      frontier = extended.frontier
      keep(tiles, extended.tiles)
    }
    const whole = keptTiles()
    keep(whole.tiles, extendTree(EMPTY_FRONTIER, LEAVES.slice(0, frontier.size)).tiles)
    expect(tiles).toEqual(whole.tiles)
    const older = any % (frontier.size + 1)
    expect(await readFrontier(older, read)).toEqual(extendTree(EMPTY_FRONTIER, LEAVES.slice(0, older)).frontier)
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
  const { tiles, read } = keptTiles()
  keep(tiles, extendTree(EMPTY_FRONTIER, LEAVES.slice(0, 600)).tiles)
  await expect(readRoot(601, read)).rejects.toThrow(
    new TreeFault({ level: 0, index: 2 }, "has 2816 bytes, and 2848 are needed"),
  )
  tiles.delete("1/0")
  await expect(readRoot(600, read)).rejects.toThrow(new TreeFault({ level: 1, index: 0 }, "is missing"))
})

function keptTiles() {
  const tiles = new Map<string, Uint8Array>()
  const read: ReadTile = async ({ level, index }) => tiles.get(`${level}/${index}`) ?? null
  return { tiles, read }
}

function keep(kept: Map<string, Uint8Array>, tiles: readonly Tile[]): void {
  for (const { level, index, hashes } of tiles) kept.set(`${level}/${index}`, hashes)
}

function width(tile: Tile | undefined): number {
  return (tile?.hashes.byteLength ?? 0) / 32
}

function hex(hash: TreeHash): string {
  return hashBytes(hash).toString("hex")
}

/** RFC 6962 §2.1, word for word. */
function plainRoot(leaves: readonly TreeHash[]): Buffer {
  const [only] = leaves
  if (only === undefined) return createHash("sha256").digest()
  if (leaves.length === 1) return hashBytes(only)
  let cut = 1
  while (cut * 2 < leaves.length) cut *= 2
  const children = [Buffer.of(1), plainRoot(leaves.slice(0, cut)), plainRoot(leaves.slice(cut))]
  return createHash("sha256").update(Buffer.concat(children)).digest()
}
