import { extendTree } from "../src/core/tree/extend-tree.ts"
import { EMPTY_FRONTIER, type Frontier } from "../src/core/tree/frontier.ts"
import { hashLeaf, type TreeHash } from "../src/core/tree/hash.ts"
import { rootOf } from "../src/core/tree/root-of.ts"
import type { ReadTile, Tile } from "../src/core/tree/tile.ts"

/** Tiles in memory, as wide as they have grown. */
export interface KeptTiles {
  /** By level and index: `0/12`. */
  readonly tiles: Map<string, Uint8Array>
  readonly keep: (tiles: readonly Tile[]) => void
  readonly readTile: ReadTile
  /** Those that were read, in their order. */
  readonly reads: string[]
}

export function keepTiles(): KeptTiles {
  const tiles = new Map<string, Uint8Array>()
  const reads: string[] = []
  return {
    tiles,
    reads,
    keep: (changed) => {
      for (const { level, index, hashes } of changed) tiles.set(`${level}/${index}`, hashes)
    },
    readTile: async ({ level, index }) => {
      reads.push(`${level}/${index}`)
      return tiles.get(`${level}/${index}`) ?? null
    },
  }
}

/** A tree of invented leaves, its tiles, and the root that it had at each size. */
export interface GrownTree extends KeptTiles {
  readonly entries: readonly string[]
  readonly leaves: readonly TreeHash[]
  readonly roots: readonly TreeHash[]
}

export function growTree(size: number): GrownTree {
  const kept = keepTiles()
  const entries = Array.from({ length: size }, (_, index) => `leaf ${index}`)
  const leaves = entries.map(hashLeaf)
  const roots = [rootOf(EMPTY_FRONTIER)]
  let frontier: Frontier = EMPTY_FRONTIER
  for (const leaf of leaves) {
    const extended = extendTree(frontier, [leaf])
    frontier = extended.frontier
    kept.keep(extended.tiles)
    roots.push(rootOf(frontier))
  }
  return { ...kept, entries, leaves, roots }
}
