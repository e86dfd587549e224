import { foldHashes } from "./fold-hashes.ts"
import type { TreeHash } from "./hash.ts"
import { readTileHashes } from "./read-tile-hashes.ts"
import { type ReadTile, TILE_WIDTH } from "./tile.ts"

/**
 * The leaves below one node: from `start` up to `end`, that one not included. So `start` is a multiple of the least power of two that
 * isn't below their number, and their number is one unless they are the last leaves of the tree.
 */
export interface LeafRange {
  readonly start: number
  readonly end: number
}

/**
 * The hashes of nodes of one tree (RFC 6962 §2.1), from its tiles: each tile that they need is read once.
 * @throws TreeFault when a tile is missing or too short.
 */
export async function hashRanges(ranges: readonly LeafRange[], readTile: ReadTile): Promise<readonly TreeHash[]> {
  const nodes = ranges.map(cutAtTiles)
  const tiles = await readTiles(nodes.flat(), readTile)
  return nodes.map((pieces) => hashPieces(pieces, tiles))
}

/** Neighbours within one tile, `start` to `end` within it. */
interface Piece extends LeafRange {
  readonly level: number
  readonly index: number
}

/** Lowest level first, and right to left: a node over full tiles is found in the levels above them. */
function cutAtTiles({ start, end }: LeafRange): readonly Piece[] {
  const pieces: Piece[] = []
  let [first, last, level] = [start, end, 0]
  while (last - first >= TILE_WIDTH) {
    const index = Math.floor(last / TILE_WIDTH)
    const width = last % TILE_WIDTH
    if (width > 0) pieces.push({ level, index, start: 0, end: width })
    first /= TILE_WIDTH
    last = index
    level += 1
  }
  const index = Math.floor(first / TILE_WIDTH)
  const within = first % TILE_WIDTH
  return [...pieces, { level, index, start: within, end: within + last - first }]
}

type TileHashes = ReadonlyMap<string, readonly TreeHash[]>

async function readTiles(pieces: readonly Piece[], readTile: ReadTile): Promise<TileHashes> {
  const tiles = new Map<string, readonly TreeHash[]>()
  for (const [key, needed] of Map.groupBy(pieces, tileKey)) {
    const [{ level, index }] = needed as [Piece]
    const width = Math.max(...needed.map(({ end }) => end))
    tiles.set(key, await readTileHashes({ level, index, width }, readTile))
  }
  return tiles
}

function hashPieces(pieces: readonly Piece[], tiles: TileHashes): TreeHash {
  const [lowest = [], ...higher] = pieces.map((piece) => tiles.get(tileKey(piece))?.slice(piece.start, piece.end) ?? [])
  return higher.reduce((below, hashes) => foldHashes([...hashes, below]), foldHashes(lowest))
}

function tileKey({ level, index }: Piece): string {
  return `${level}/${index}`
}
