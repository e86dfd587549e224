/**
 * Part of a tree as C2SP tlog-tiles cuts it: up to 256 hashes side by side, those of leaves at level 0, and above each those of
 * full tiles below. A tile that isn't full grows; what it holds doesn't change.
 */
export interface Tile {
  readonly level: number
  /** From 0, within its level. */
  readonly index: number
  /** 32 bytes for each hash. */
  readonly hashes: Uint8Array
}

export const TILE_WIDTH = 256

/** Reads a tile as wide as it has grown; null where there is none. */
export type ReadTile = (tile: { readonly level: number; readonly index: number }) => Promise<Uint8Array | null>
