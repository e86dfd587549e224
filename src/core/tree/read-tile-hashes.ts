import { readHashes } from "./encode-hash.ts"
import { HASH_BYTES, type TreeHash } from "./hash.ts"
import type { ReadTile } from "./tile.ts"
import { TreeFault } from "./tree-fault.ts"

interface NeededTile {
  readonly level: number
  readonly index: number
  /** How many of its hashes are needed, from the left. It may have grown since. */
  readonly width: number
}

/** @throws TreeFault when the tile is missing, or short of that. */
export async function readTileHashes(
  { level, index, width }: NeededTile,
  readTile: ReadTile,
): Promise<readonly TreeHash[]> {
  const bytes = await readTile({ level, index })
  if (bytes === null) throw new TreeFault({ level, index }, "is missing")
  if (bytes.byteLength < width * HASH_BYTES) {
    throw new TreeFault({ level, index }, `has ${bytes.byteLength} bytes, and ${width * HASH_BYTES} are needed`)
  }
  return readHashes(bytes, width)
}
