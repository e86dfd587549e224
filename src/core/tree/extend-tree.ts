import { writeHashes } from "./encode-hash.ts"
import { foldHashes } from "./fold-hashes.ts"
import type { Frontier } from "./frontier.ts"
import type { TreeHash } from "./hash.ts"
import { TILE_WIDTH, type Tile } from "./tile.ts"

export interface ExtendedTree {
  readonly frontier: Frontier
  /** Those that are new or wider than before, each whole; from level 0 up, and from left to right. */
  readonly tiles: readonly Tile[]
}

/**
 * Adds leaf hashes on the right. A tile that gets full goes out and its root goes up a level (C2SP tlog-tiles): a tree of 256 leaves
 * is a full tile at level 0 and one of width 1 above it.
 */
export function extendTree(frontier: Frontier, leaves: readonly TreeHash[]): ExtendedTree {
  const levels = [...frontier.levels]
  const tiles: Tile[] = []
  let rising = leaves
  let index = frontier.size
  for (let level = 0; rising.length > 0; level += 1) {
    index = Math.floor(index / TILE_WIDTH)
    const grown = growLevel({ level, index, hashes: (levels[level] ?? []).concat(rising) })
    levels[level] = grown.partial
    for (const tile of grown.tiles) tiles.push(tile)
    rising = grown.roots
  }
  return { frontier: { size: frontier.size + leaves.length, levels }, tiles }
}

interface Level {
  readonly level: number
  /** Of the tile that the first hash is the first of. */
  readonly index: number
  readonly hashes: readonly TreeHash[]
}

function growLevel({ level, index, hashes }: Level) {
  const tiles: Tile[] = []
  const roots: TreeHash[] = []
  let start = 0
  for (; start + TILE_WIDTH <= hashes.length; start += TILE_WIDTH) {
    const full = hashes.slice(start, start + TILE_WIDTH)
    tiles.push({ level, index: index + roots.length, hashes: writeHashes(full) })
    roots.push(foldHashes(full))
  }
  const partial = hashes.slice(start)
  if (partial.length > 0) tiles.push({ level, index: index + roots.length, hashes: writeHashes(partial) })
  return { tiles, roots, partial }
}
