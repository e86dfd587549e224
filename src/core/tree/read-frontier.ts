import type { Frontier } from "./frontier.ts"
import type { TreeHash } from "./hash.ts"
import { readTileHashes } from "./read-tile-hashes.ts"
import { rootOf } from "./root-of.ts"
import { type ReadTile, TILE_WIDTH } from "./tile.ts"

/**
 * The frontier that a tree had at a size, from its tiles as they are now: one for each level, of which it takes as much as was there.
 * @throws TreeFault when a tile is missing or too short.
 */
export async function readFrontier(size: number, readTile: ReadTile): Promise<Frontier> {
  const levels: (readonly TreeHash[])[] = []
  for (let below = size; below > 0; below = Math.floor(below / TILE_WIDTH)) {
    const tile = { level: levels.length, index: Math.floor(below / TILE_WIDTH), width: below % TILE_WIDTH }
    levels.push(tile.width === 0 ? [] : await readTileHashes(tile, readTile))
  }
  return { size, levels }
}

/**
 * The root that a tree had at a size, from its tiles as they are now.
 * @throws TreeFault when a tile is missing or too short.
 */
export async function readRoot(size: number, readTile: ReadTile): Promise<TreeHash> {
  return rootOf(await readFrontier(size, readTile))
}
