import { LinklatchError } from "../fault.ts"
import type { TreeHash } from "./hash.ts"
import { hashRanges, type LeafRange } from "./hash-ranges.ts"
import { splitAt } from "./split-at.ts"
import type { ReadTile } from "./tile.ts"

/**
 * That leaf `index` is in the tree of `size` leaves (RFC 9162 §2.1.3.1, RFC 6962 §2.1.1): the sibling's hash first, that below the
 * root last. The tiles may have grown since.
 * @throws TreeFault when a tile is missing or too short.
 */
export async function proveInclusion(
  { index, size }: { readonly index: number; readonly size: number },
  readTile: ReadTile,
): Promise<readonly TreeHash[]> {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new LinklatchError("invalid_argument", `There is no leaf ${index} in a tree of ${size}.`)
  }
  return await hashRanges(siblings(index, size), readTile)
}

function siblings(index: number, size: number): readonly LeafRange[] {
  const path: LeafRange[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const split = splitAt({ start, end })
    if (index < split) {
      path.push({ start: split, end })
      end = split
    } else {
      path.push({ start, end: split })
      start = split
    }
  }
  return path.reverse()
}
