import { EMPTY_ROOT, hashChildren, type TreeHash } from "./hash.ts"

/**
 * RFC 6962 §2.1: the root over hashes that stand side by side. Neighbours are hashed in pairs, row by row, and one that is left over
 * rises as it is, which comes to the same as cutting at the greatest power of two. All but the last may be roots of trees
 * themselves, of one size that is a power of two; the last then of any up to it.
 */
export function foldHashes(hashes: readonly TreeHash[]): TreeHash {
  const row = hashes.slice()
  for (let width = row.length; width > 1; width = (width + 1) >> 1) {
    for (let at = 0; at + 1 < width; at += 2) row[at >> 1] = hashChildren(row[at] as TreeHash, row[at + 1] as TreeHash)
    if (width % 2 === 1) row[width >> 1] = row[width - 1] as TreeHash
  }
  return row[0] ?? EMPTY_ROOT
}
