import { EMPTY_ROOT, hashChildren, type TreeHash } from "./hash.ts"

export interface ConsistencyClaim {
  readonly oldSize: number
  /** Doesn't matter where the old size is 0. */
  readonly oldRoot: TreeHash
  readonly size: number
  readonly root: TreeHash
  readonly proof: readonly TreeHash[]
}

/**
 * RFC 9162 §2.1.4.2: the newer tree begins with the older. From a tree without leaves, and from one to itself, the proof is empty.
 * False for whatever doesn't prove it, also for numbers that no tree has.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { oldSize, oldRoot, size, root, proof } = claim
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(oldSize) || oldSize < 0 || oldSize > size) return false
  if (oldSize === 0) return proof.length === 0 && (size > 0 || root === EMPTY_ROOT)
  if (oldSize === size) return proof.length === 0 && oldRoot === root
  return joinsRoots(claim)
}

/** Makes both roots of what the proof holds, from the node at which the old tree ends upwards. */
function joinsRoots({ oldSize, oldRoot, size, root, proof }: ConsistencyClaim): boolean {
  // The highest node that is whole in both trees and ends where the old one does: as far up as it is a right child.
  let [at, last] = [oldSize - 1, size - 1]
  while (at % 2 === 1) [at, last] = parents(at, last)
  // Where that is the whole old tree the proof leaves it out, as its hash is known.
  const [shared, ...rest] = at === 0 ? [oldRoot, ...proof] : proof
  if (shared === undefined) return false
  let [older, newer] = [shared, shared]
  for (const sibling of rest) {
    if (last === 0) return false
    // The last of a row, on its own, rises until it is a right child.
    while (at === last && at % 2 === 0) [at, last] = parents(at, last)
    if (at % 2 === 1) older = hashChildren(sibling, older)
    newer = at % 2 === 1 ? hashChildren(sibling, newer) : hashChildren(newer, sibling)
    ;[at, last] = parents(at, last)
  }
  return last === 0 && older === oldRoot && newer === root
}

function parents(at: number, last: number): readonly [number, number] {
  return [Math.floor(at / 2), Math.floor(last / 2)]
}
