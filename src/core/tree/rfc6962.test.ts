// The tree beside implementations that are not ours. @transmute/rfc9162 follows the RFC's formulas; @sigstore/verify checks proofs
// for Sigstore's logs, in a way of its own.
import { LogCheckpoint } from "@sigstore/verify/dist/tlog/checkpoint.js"
import { verifyMerkleInclusion } from "@sigstore/verify/dist/tlog/merkle.js"
import { RFC9162 } from "@transmute/rfc9162"
import { expect, it, vi } from "vitest"
import { type GrownTree, growTree, keepTiles } from "../../../test/grown-tree.ts"
import { hashBytes } from "./encode-hash.ts"
import { extendTree } from "./extend-tree.ts"
import { EMPTY_FRONTIER } from "./frontier.ts"
import { EMPTY_ROOT, hashLeaf, type TreeHash } from "./hash.ts"
import { proveConsistency } from "./prove-consistency.ts"
import { proveInclusion } from "./prove-inclusion.ts"
import { readRoot } from "./read-frontier.ts"
import { verifyConsistency } from "./verify-consistency.ts"
import { verifyInclusion } from "./verify-inclusion.ts"

// Seconds on a machine of its own: all of it is hashing.
vi.setConfig({ testTimeout: 60_000 })

// Around each full tile, and each power of two.
const CORNERS = [127, 128, 129, 255, 256, 257, 511, 512, 513, 767, 768, 769, 1_023, 1_024, 1_025]
const MAX_SIZE = 1_025
const tree = growTree(MAX_SIZE)

// The tests of Certificate Transparency: https://github.com/google/certificate-transparency/blob/master/cpp/merkletree
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
const CT_NODES = {
  leaf1: "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
  leaf4: "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
  nodes23: "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
  nodes45: "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
  nodes47: "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
  nodes67: "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
}

it("gives the roots of Certificate Transparency's vectors (AUD-2)", async () => {
  const { readTile } = ctTree()
  expect(hex(EMPTY_ROOT)).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  expect(hex(await readRoot(0, readTile))).toBe(hex(EMPTY_ROOT))
  for (const [index, root] of CT_ROOTS.entries()) expect(hex(await readRoot(index + 1, readTile))).toBe(root)
})

it("gives the proofs of Certificate Transparency's vectors (AUD-2)", async () => {
  const { readTile } = ctTree()
  const { leaf1, leaf4, nodes23, nodes45, nodes47, nodes67 } = CT_NODES
  const [leaf0, nodes01, , nodes03] = CT_ROOTS
  const inclusion = async (index: number, size: number) => (await proveInclusion({ index, size }, readTile)).map(hex)
  expect(await inclusion(0, 1)).toEqual([])
  expect(await inclusion(0, 8)).toEqual([leaf1, nodes23, nodes47])
  expect(await inclusion(5, 8)).toEqual([leaf4, nodes67, nodes03])
  expect(await inclusion(2, 3)).toEqual([nodes01])
  expect(await inclusion(1, 5)).toEqual([leaf0, nodes23, leaf4])
  const consistency = async (oldSize: number, size: number) =>
    (await proveConsistency({ oldSize, size }, readTile)).map(hex)
  expect(await consistency(1, 1)).toEqual([])
  expect(await consistency(1, 8)).toEqual([leaf1, nodes23, nodes47])
  expect(await consistency(6, 8)).toEqual([nodes45, nodes67, nodes03])
  expect(await consistency(2, 5)).toEqual([nodes23, leaf4])
})

it("has the roots that RFC 9162's formula gives at small sizes and at corners (AUD-2)", async () => {
  for (const size of [...Array(65).keys(), ...CORNERS]) {
    const root = await RFC9162.MTH(tree.entries.slice(0, size).map(bytesOf))
    expect(hex(tree.roots[size])).toBe(Buffer.from(root).toString("hex"))
  }
})

// With the size before right, so is the next: it begins with it, and ends with the leaf that came.
it("has the root at each size to 1025 that follows from the one before, as others see it (AUD-2)", async () => {
  for (let size = 1; size <= MAX_SIZE; size += 1) {
    expect(await readRoot(size, tree.readTile)).toBe(tree.roots[size])
    await expectConsistency(tree, size - 1, size)
    await expectInclusion(tree, size - 1, size)
  }
})

it("proves each leaf of each small tree, and some of each to 1025, to others and to itself (AUD-2)", async () => {
  for (let size = 1; size <= MAX_SIZE; size += 1) {
    const some = [0, (size * 31 + 17) % size]
    const indexes = size <= 40 ? Array(size).keys() : new Set(some)
    for (const index of indexes) await expectInclusion(tree, index, size)
  }
})

it("proves of each two small trees, and of some to 1025, that one begins with the other (AUD-2)", async () => {
  for (let size = 1; size <= MAX_SIZE; size += 1) {
    const some = [(size * 31 + 17) % size, 2 ** Math.floor(Math.log2(size)), size & -256]
    const oldSizes = size <= 40 ? Array(size + 1).keys() : new Set([...some, size])
    for (const oldSize of oldSizes) await expectConsistency(tree, oldSize, size)
  }
})

it("makes the very proofs that RFC 9162's formulas make (AUD-2)", async () => {
  for (let size = 1; size <= 24; size += 1) {
    const entries = tree.entries.slice(0, size).map(bytesOf)
    for (let index = 0; index < size; index += 1) {
      const proof = await proveInclusion({ index, size }, tree.readTile)
      expect(proof.map(hashBytes)).toEqual((await RFC9162.PATH(index, entries)).map((hash) => Buffer.from(hash)))
    }
    for (let oldSize = 1; oldSize < size; oldSize += 1) {
      const proof = theirProof(tree, oldSize, await proveConsistency({ oldSize, size }, tree.readTile))
      expect(proof).toEqual((await RFC9162.PROOF(oldSize, entries)).map((hash) => Buffer.from(hash)))
    }
  }
})

async function expectInclusion({ entries, leaves, roots, readTile }: GrownTree, index: number, size: number) {
  const [entry = "", leafHash = EMPTY_ROOT, root = EMPTY_ROOT] = [entries[index], leaves[index], roots[size]]
  const proof = await proveInclusion({ index, size }, readTile)
  expect(verifyInclusion({ leafHash, index, size, proof, root })).toBe(true)
  const path = { log_id: "", tree_size: size, leaf_index: index, inclusion_path: proof.map(hashBytes) }
  expect(await RFC9162.verifyInclusionProof(hashBytes(root), hashBytes(leafHash), path)).toBe(true)
  // It throws where it doesn't verify.
  verifyMerkleInclusion(
    sigstoreEntry(entry, index, proof),
    new LogCheckpoint("example.org/log", BigInt(size), hashBytes(root), []),
  )
}

async function expectConsistency(grown: GrownTree, oldSize: number, size: number) {
  const [oldRoot = EMPTY_ROOT, root = EMPTY_ROOT] = [grown.roots[oldSize], grown.roots[size]]
  const proof = await proveConsistency({ oldSize, size }, grown.readTile)
  expect(verifyConsistency({ oldSize, oldRoot, size, root, proof })).toBe(true)
  // The RFC has no proof for these.
  if (oldSize === 0 || oldSize === size) return expect(proof).toEqual([])
  const path = {
    log_id: "",
    tree_size_1: oldSize,
    tree_size_2: size,
    consistency_path: theirProof(grown, oldSize, proof),
  }
  expect(await RFC9162.verifyConsistencyProof(hashBytes(oldRoot), hashBytes(root), path)).toBe(true)
}

// RFC 9162 §2.1.4.1 leaves the old root out where it is one node of the newer tree. @transmute/rfc9162 0.0.5 puts it in, and doesn't
// put it back when it verifies, as step 2 of §2.1.4.2 says.
function theirProof({ roots }: GrownTree, oldSize: number, proof: readonly TreeHash[]): Buffer[] {
  const isOneNode = Number.isInteger(Math.log2(oldSize))
  return [...(isOneNode ? [roots[oldSize] ?? EMPTY_ROOT] : []), ...proof].map(hashBytes)
}

// What the check of inclusion reads of an entry in Sigstore's log.
function sigstoreEntry(entry: string, index: number, proof: readonly TreeHash[]) {
  const inclusionProof = { logIndex: String(index), hashes: proof.map(hashBytes) }
  return { canonicalizedBody: bytesOf(entry), inclusionProof } as unknown as Parameters<typeof verifyMerkleInclusion>[0]
}

function ctTree() {
  const kept = keepTiles()
  kept.keep(extendTree(EMPTY_FRONTIER, CT_LEAVES.map(hashLeaf)).tiles)
  return kept
}

function bytesOf(entry: string): Buffer<ArrayBuffer> {
  return Buffer.from(entry)
}

function hex(hash: TreeHash | undefined): string | undefined {
  return hash && hashBytes(hash).toString("hex")
}
