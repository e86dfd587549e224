import fc from "fast-check"
import { expect, it } from "vitest"
import { changedProof } from "../../../test/changed-proof.ts"
import { growTree, keepTiles } from "../../../test/grown-tree.ts"
import { extendTree } from "./extend-tree.ts"
import { EMPTY_FRONTIER, type Frontier } from "./frontier.ts"
import { EMPTY_ROOT, hashLeaf, type TreeHash } from "./hash.ts"
import { hashRanges } from "./hash-ranges.ts"
import { nodesOfConsistency, proveConsistency } from "./prove-consistency.ts"
import { rootOf } from "./root-of.ts"
import { TreeFault } from "./tree-fault.ts"
import { verifyConsistency } from "./verify-consistency.ts"

const tree = growTree(1_500)

it("proves each two of 500 checkpoints to be of one log (AUD-7)", { timeout: 120_000 }, async () => {
  const { keep, readTile } = keepTiles()
  const checkpoints: { readonly size: number; readonly root: TreeHash }[] = []
  let frontier: Frontier = EMPTY_FRONTIER
  for (let count = 0; count < 500; count += 1) {
    // Of 1 to 97 events, and now and then of thousands.
    const batch = count % 50 === 49 ? 4_096 : ((count * 61) % 97) + 1
    const leaves = Array.from({ length: batch }, (_, index) => hashLeaf(`leaf ${frontier.size + index}`))
    const extended = extendTree(frontier, leaves)
    frontier = extended.frontier
    keep(extended.tiles)
    checkpoints.push({ size: frontier.size, root: rootOf(frontier) })
  }
  // The proofs share most of their nodes, which are hashed once for all; every hundredth proof is made on its own.
  const hashes = new Map<string, TreeHash>()
  let pairs = 0
  for (const [index, { size: oldSize, root: oldRoot }] of checkpoints.entries()) {
    for (const { size, root } of checkpoints.slice(index + 1)) {
      const nodes = nodesOfConsistency(oldSize, size).map((range) => ({ key: `${range.start}-${range.end}`, range }))
      const unknown = nodes.filter(({ key }) => !hashes.has(key))
      const made = await hashRanges(
        unknown.map(({ range }) => range),
        readTile,
      )
      for (const [at, { key }] of unknown.entries()) hashes.set(key, made[at] ?? EMPTY_ROOT)
      const proof = nodes.map(({ key }) => hashes.get(key) ?? EMPTY_ROOT)
      if (!verifyConsistency({ oldSize, oldRoot, size, root, proof })) expect([oldSize, size]).toBe("proven")
      if (pairs % 100 === 0) expect(await proveConsistency({ oldSize, size }, readTile)).toEqual(proof)
      pairs += 1
    }
  }
  expect(pairs).toBe((500 * 499) / 2)
})

it("needs no proof from a tree without leaves, or from a tree to itself", async () => {
  for (const size of [0, 1, 255, 256, 257, 1_500]) {
    expect(await proveConsistency({ oldSize: 0, size }, tree.readTile)).toEqual([])
    expect(await proveConsistency({ oldSize: size, size }, tree.readTile)).toEqual([])
    const [root = EMPTY_ROOT, other = EMPTY_ROOT] = [tree.roots[size], tree.leaves[7]]
    expect(verifyConsistency({ oldSize: 0, oldRoot: EMPTY_ROOT, size, root, proof: [] })).toBe(true)
    expect(verifyConsistency({ oldSize: size, oldRoot: root, size, root, proof: [] })).toBe(true)
    for (const oldSize of [0, size]) {
      expect(verifyConsistency({ oldSize, oldRoot: root, size, root, proof: [other] })).toBe(false)
    }
    expect(verifyConsistency({ oldSize: size, oldRoot: other, size, root, proof: [] })).toBe(size === 0)
  }
  expect(verifyConsistency({ oldSize: 0, oldRoot: EMPTY_ROOT, size: 0, root: hashLeaf(""), proof: [] })).toBe(false)
})

it("reads each tile that it needs once, and few of them", async () => {
  for (const [oldSize, size] of [
    [1, 1_500],
    [255, 1_400],
    [700, 701],
    [1_000, 1_500],
  ] as const) {
    tree.reads.length = 0
    await proveConsistency({ oldSize, size }, tree.readTile)
    expect(tree.reads).toEqual([...new Set(tree.reads)])
    expect(tree.reads.length).toBeLessThanOrEqual(4)
  }
})

it("verifies nothing once a bit, a hash or a number of the proof is another", async () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 1_500 }), fc.integer({ min: 1, max: 1_500 }))
  const property = fc.asyncProperty(sizes, fc.nat(), fc.gen(), async ([one, other], offset, gen) => {
    const [oldSize, size] = [Math.min(one, other), Math.max(one, other)]
    const proof = await proveConsistency({ oldSize, size }, tree.readTile)
    const claim = { oldSize, oldRoot: rootAt(oldSize), size, root: rootAt(size), proof }
    expect(verifyConsistency(claim)).toBe(true)
    expect(verifyConsistency({ ...claim, proof: gen(changedProof, proof) })).toBe(false)
    expect(verifyConsistency({ ...claim, oldRoot: rootAt((oldSize + 1 + (offset % 1_499)) % 1_501) })).toBe(false)
    expect(verifyConsistency({ ...claim, root: rootAt((size + 1 + (offset % 1_499)) % 1_501) })).toBe(false)
  })
  await fc.assert(property, { numRuns: 300 })
})

it("takes no tree for one of twice its size or more", async () => {
  for (const [oldSize, size] of [
    [1, 2],
    [2, 5],
    [3, 7],
    [255, 256],
    [256, 300],
  ] as const) {
    const proof = await proveConsistency({ oldSize, size }, tree.readTile)
    const claim = { oldSize, oldRoot: rootAt(oldSize), root: rootAt(size), proof }
    expect(verifyConsistency({ ...claim, size })).toBe(true)
    for (const other of [size * 2, size * 4 + 1]) expect(verifyConsistency({ ...claim, size: other })).toBe(false)
  }
})

it.each([
  { oldSize: -1 },
  { oldSize: 6 },
  { oldSize: 1.5 },
  { oldSize: Number.NaN },
  { size: 2 ** 53 },
  { size: Number.POSITIVE_INFINITY },
])("says no to numbers that no tree has, and makes no proof of them: %j", async (wrong) => {
  const proof = await proveConsistency({ oldSize: 3, size: 5 }, tree.readTile)
  const claim = { oldSize: 3, oldRoot: rootAt(3), size: 5, root: rootAt(5), proof }
  expect(verifyConsistency({ ...claim, ...wrong })).toBe(false)
  await expect(proveConsistency({ oldSize: 3, size: 5, ...wrong }, tree.readTile)).rejects.toThrow("can't begin")
})

it("can't be made where a tile is missing", async () => {
  const { readTile } = tree
  const holed = (tile: { readonly level: number; readonly index: number }) =>
    tile.level === 0 && tile.index === 3 ? Promise.resolve(null) : readTile(tile)
  await expect(proveConsistency({ oldSize: 800, size: 1_500 }, holed)).rejects.toThrow(TreeFault)
  expect(await proveConsistency({ oldSize: 1_100, size: 1_500 }, holed)).not.toEqual([])
})

function rootAt(size: number): TreeHash {
  return tree.roots[size] ?? EMPTY_ROOT
}
