import { hash } from "node:crypto"
import { HASH_BYTES, type TreeHash } from "../tree/hash.ts"
import { TILE_WIDTH } from "../tree/tile.ts"

const TILE_BYTES = TILE_WIDTH * HASH_BYTES
const PAIR_BYTES = 2 * HASH_BYTES
const NODE = 1

// A byte for the prefix, then a tile. The prefix of each pair stands on the last byte of the pair before it, which is hashed by then.
const row = Buffer.alloc(1 + TILE_BYTES)
const pairs = Array.from({ length: TILE_WIDTH / 2 }, (_, nth) =>
  row.subarray(nth * PAIR_BYTES, 1 + (nth + 1) * PAIR_BYTES),
)

/** The root over a full tile of 256 hashes (RFC 6962 §2.1): what `foldHashes` makes of it, without a text for each hash. */
export function foldFullTile(hashes: Uint8Array): TreeHash {
  row.set(hashes, 1)
  for (let width = TILE_WIDTH / 2; width > 0; width >>= 1) {
    for (let nth = 0; nth < width; nth += 1) {
      row[nth * PAIR_BYTES] = NODE
      row.write(hash("sha256", pairs[nth] as Buffer, "binary"), 1 + nth * HASH_BYTES, HASH_BYTES, "latin1")
    }
  }
  return row.toString("latin1", 1, 1 + HASH_BYTES) as TreeHash
}
