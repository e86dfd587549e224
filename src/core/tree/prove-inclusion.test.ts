import fc from "fast-check"
import { expect, it } from "vitest"
import { changedProof } from "../../../test/changed-proof.ts"
import { growTree, keepTiles } from "../../../test/grown-tree.ts"
import { EMPTY_ROOT, type TreeHash } from "./hash.ts"
import { proveInclusion } from "./prove-inclusion.ts"
import type { ReadTile } from "./tile.ts"
import { TreeFault } from "./tree-fault.ts"
import { verifyInclusion } from "./verify-inclusion.ts"

const tree = growTree(1_500)
// A tree of any size, and a leaf in it.
const place = fc
  .integer({ min: 1, max: 1_500 })
  .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat(size - 1) }))

it("verifies nothing once a bit, a hash or a number of the proof is another", async () => {
  const property = fc.asyncProperty(place, fc.nat(), fc.gen(), async ({ index, size }, offset, gen) => {
    const proof = await proveInclusion({ index, size }, tree.readTile)
    const claim = { leafHash: leafAt(index), index, size, proof, root: rootAt(size) }
    expect(verifyInclusion(claim)).toBe(true)
    expect(verifyInclusion({ ...claim, proof: gen(changedProof, proof) })).toBe(false)
    const otherIndex = (index + 1 + (offset % 1_499)) % 1_500
    expect(verifyInclusion({ ...claim, index: otherIndex })).toBe(false)
    expect(verifyInclusion({ ...claim, leafHash: leafAt(otherIndex) })).toBe(false)
    expect(verifyInclusion({ ...claim, root: rootAt((size + 1 + (offset % 1_499)) % 1_501) })).toBe(false)
  })
  await fc.assert(property, { numRuns: 300 })
})

it("takes no tree for one of twice its size or more", async () => {
  for (const [index, size] of [
    [0, 1],
    [1, 2],
    [2, 5],
    [255, 256],
    [299, 300],
  ] as const) {
    const claim = { leafHash: leafAt(index), index, size, proof: await proveInclusion({ index, size }, tree.readTile) }
    expect(verifyInclusion({ ...claim, root: rootAt(size) })).toBe(true)
    for (const other of [size * 2, size * 4 + 1]) {
      expect(verifyInclusion({ ...claim, size: other, root: rootAt(size) })).toBe(false)
    }
  }
})

it.each([
  { index: -1 },
  { index: 5 },
  { index: 0.5 },
  { index: Number.NaN },
  { size: 0 },
  { size: 2 ** 53 },
  { size: Number.POSITIVE_INFINITY },
])("says no to numbers that no tree has, and makes no proof of them: %j", async (wrong) => {
  const proof = await proveInclusion({ index: 3, size: 5 }, tree.readTile)
  const claim = { leafHash: leafAt(3), index: 3, size: 5, proof, root: rootAt(5) }
  expect(verifyInclusion({ ...claim, ...wrong })).toBe(false)
  await expect(proveInclusion({ index: 3, size: 5, ...wrong }, tree.readTile)).rejects.toThrow("There is no leaf")
})

it("reads each tile that it needs once, and few of them", async () => {
  for (const [index, size] of [
    [0, 1_500],
    [700, 1_400],
    [1_499, 1_500],
    [0, 256],
  ] as const) {
    tree.reads.length = 0
    await proveInclusion({ index, size }, tree.readTile)
    expect(tree.reads).toEqual([...new Set(tree.reads)])
    expect(tree.reads.length).toBeLessThanOrEqual(3)
  }
})

// Of leaves that are all the same, a tree of any size has one tile for each level and width.
it("reads two tiles of each level at most in a tree of 2^40 leaves and more", async () => {
  const { reads, readTile } = sameTiles()
  for (const size of [2 ** 40, 2 ** 40 + 12_345_678, 2 ** 50 - 1]) {
    for (const index of [0, 2 ** 39 + 1, size - 1]) {
      reads.length = 0
      const proof = await proveInclusion({ index, size }, readTile)
      expect(proof.length).toBeLessThanOrEqual(50)
      expect(reads).toEqual([...new Set(reads)])
      expect(reads.length).toBeLessThanOrEqual(14)
    }
  }
})

it("can't be made where a tile is missing", async () => {
  const { readTile } = tree
  const holed: ReadTile = async (tile) => (tile.level === 0 && tile.index === 3 ? null : await readTile(tile))
  await expect(proveInclusion({ index: 800, size: 1_500 }, holed)).rejects.toThrow(TreeFault)
  expect(await proveInclusion({ index: 700, size: 1_500 }, holed)).toHaveLength(11)
})

function sameTiles() {
  const kept = keepTiles()
  const readTile: ReadTile = async ({ level, index }) => {
    await kept.readTile({ level, index })
    return Buffer.alloc(8_192, level)
  }
  return { reads: kept.reads, readTile }
}

function leafAt(index: number): TreeHash {
  return tree.leaves[index] ?? EMPTY_ROOT
}

function rootAt(size: number): TreeHash {
  return tree.roots[size] ?? EMPTY_ROOT
}
