import fc from "fast-check"
import { hashBytes, hashFrom } from "../src/core/tree/encode-hash.ts"
import { hashLeaf, type TreeHash } from "../src/core/tree/hash.ts"

/** Another proof than the one there was: a bit of it turned over, a hash taken out, put in, or two in each other's place. */
export function changedProof(proof: readonly TreeHash[]): fc.Arbitrary<readonly TreeHash[]> {
  const inserted = fc.nat(proof.length).map((at) => proof.toSpliced(at, 0, hashLeaf("another")))
  if (proof.length === 0) return inserted
  const doubled = fc.nat(proof.length - 1).map((at) => proof.toSpliced(at, 0, ...proof.slice(at, at + 1)))
  const taken = fc.nat(proof.length - 1).map((at) => proof.toSpliced(at, 1))
  const flipped = fc
    .tuple(fc.nat(proof.length - 1), fc.nat(255))
    .map(([at, bit]) => proof.map((hash, index) => (index === at ? flipBit(hash, bit) : hash)))
  const changes = fc.oneof(inserted, doubled, taken, flipped)
  if (proof.length === 1) return changes
  const swapped = fc.nat(proof.length - 2).map((at) => proof.toSpliced(at, 2, ...proof.slice(at, at + 2).reverse()))
  return fc.oneof(changes, swapped)
}

function flipBit(hash: TreeHash, bit: number): TreeHash {
  const bytes = hashBytes(hash)
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return hashFrom(bytes)
}
