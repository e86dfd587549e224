import { hashChildren, type TreeHash } from "./hash.ts"

export interface InclusionClaim {
  readonly leafHash: TreeHash
  readonly index: number
  /** Of the tree. */
  readonly size: number
  readonly proof: readonly TreeHash[]
  readonly root: TreeHash
}

/** RFC 9162 §2.1.3.2. False for whatever doesn't prove it, also for numbers that no tree has. */
export function verifyInclusion({ leafHash, index, size, proof, root }: InclusionClaim): boolean {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) return false
  // Where the node stands in its row, and where the row's last one does.
  let [at, last] = [index, size - 1]
  let hash = leafHash
  for (const sibling of proof) {
    if (last === 0) return false
    // The last of a row, on its own, rises until it is a right child.
    while (at === last && at % 2 === 0) [at, last] = [at / 2, last / 2]
    hash = at % 2 === 1 ? hashChildren(sibling, hash) : hashChildren(hash, sibling)
    ;[at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  }
  return last === 0 && hash === root
}
