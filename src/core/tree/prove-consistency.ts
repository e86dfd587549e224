import { LinklatchError } from "../fault.ts"
import type { TreeHash } from "./hash.ts"
import { hashRanges, type LeafRange } from "./hash-ranges.ts"
import { splitAt } from "./split-at.ts"
import type { ReadTile } from "./tile.ts"

/**
 * That the tree of `size` leaves begins with that of `oldSize` (RFC 9162 §2.1.4.1, RFC 6962 §2.1.2). Empty where there is nothing to
 * prove: from a tree without leaves, and from one to itself. The tiles may have grown since.
 * @throws TreeFault when a tile is missing or too short.
 */
export async function proveConsistency(
  { oldSize, size }: { readonly oldSize: number; readonly size: number },
  readTile: ReadTile,
): Promise<readonly TreeHash[]> {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(oldSize) || oldSize < 0 || oldSize > size) {
    throw new LinklatchError("invalid_argument", `A tree of ${size} leaves can't begin with one of ${oldSize}.`)
  }
  return oldSize === 0 ? [] : await hashRanges(nodesOfConsistency(oldSize, size), readTile)
}

/** The nodes of the newer tree that a proof holds, in its order. The old size is 1 or more. */
export function nodesOfConsistency(oldSize: number, size: number): readonly LeafRange[] {
  const proof: LeafRange[] = []
  let [start, end] = [0, size]
  while (end !== oldSize) {
    const split = splitAt({ start, end })
    if (oldSize <= split) {
      proof.push({ start: split, end })
      end = split
    } else {
      proof.push({ start, end: split })
      start = split
    }
  }
  // Whoever checks has the old root, so the old tree needs no hash where it is one node.
  if (start > 0) proof.push({ start, end })
  return proof.reverse()
}
