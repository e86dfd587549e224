import { foldHashes } from "./fold-hashes.ts"
import type { Frontier } from "./frontier.ts"
import { EMPTY_ROOT, type TreeHash } from "./hash.ts"

/** RFC 6962 §2.1: at most 255 hashes are made for each level. */
export function rootOf(frontier: Frontier): TreeHash {
  let root: TreeHash | null = null
  for (const hashes of frontier.levels) {
    if (hashes.length === 0) continue
    // To the left of what isn't a full tile stand full ones alone, so it is the last beside their roots, and no bigger.
    root = foldHashes(root === null ? hashes : [...hashes, root])
  }
  return root ?? EMPTY_ROOT
}
