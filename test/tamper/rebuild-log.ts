import type { DatabaseSync } from "node:sqlite"
import { type LeafRow, leafOf } from "../../src/core/audit/leaf.ts"
import { addPositions } from "../../src/core/sealing/position-ranges.ts"
import { hashFrom } from "../../src/core/tree/encode-hash.ts"
import { extendTree } from "../../src/core/tree/extend-tree.ts"
import { EMPTY_FRONTIER } from "../../src/core/tree/frontier.ts"
import { HASH_BYTES, hashLeaf, type TreeHash } from "../../src/core/tree/hash.ts"
import { TILE_WIDTH } from "../../src/core/tree/tile.ts"

const ROW = `select event_id as id, at, type, user_id as "userId", detail, commitment from auth_events where seq = ?`

/**
 * Makes everything beside the events anew, as if these positions had been sealed in this order: what somebody does who knows the format
 * and owns the file, and has all but the key. Of pruned events the old hashes are taken.
 */
export function rebuildLog(database: DatabaseSync, positions: readonly number[], minIndex: number): void {
  const row = database.prepare(ROW)
  const old = oldHashes(database)
  const hashes = positions.map((position, index): TreeHash => {
    if (index < minIndex) return old(index)
    return hashLeaf(leafOf(row.get(position) as unknown as LeafRow))
  })
  database.exec("delete from audit_tiles; delete from audit_bundles")
  const keepTile = database.prepare("insert into audit_tiles (level, tile_index, hashes) values (?, ?, ?)")
  for (const { level, index, hashes: bytes } of extendTree(EMPTY_FRONTIER, hashes).tiles)
    keepTile.run(level, index, bytes)
  const keepBundle = database.prepare("insert into audit_bundles (bundle_index, ranges) values (?, ?)")
  for (let start = 0; start < positions.length; start += TILE_WIDTH) {
    keepBundle.run(start / TILE_WIDTH, JSON.stringify(addPositions([], positions.slice(start, start + TILE_WIDTH))))
  }
  const through = positions.reduce((most, position) => Math.max(most, position), 0)
  database.prepare("update audit_log set size = ?, cursor = ?").run(positions.length, String(through))
}

function oldHashes(database: DatabaseSync): (index: number) => TreeHash {
  const rows = database.prepare("select hashes from audit_tiles where level = 0 order by tile_index").all()
  const bytes = Buffer.concat(rows.map(({ hashes }) => hashes as Uint8Array))
  return (index) => hashFrom(bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES))
}
