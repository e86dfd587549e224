import { rowsInOrder } from "../sealing/rows-in-order.ts"
import type { Bundle } from "../sealing/sealing-store.ts"
import { HASH_BYTES, type TreeHash } from "../tree/hash.ts"
import { TILE_WIDTH } from "../tree/tile.ts"
import { type ExportedEvent, readExportedEvent } from "./exported-event.ts"

export interface BundleOfLog {
  /** Its number. */
  readonly number: number
  /** Undefined where somebody deleted it. */
  readonly bundle: Bundle | undefined
  /** The level 0 tile of the same number: what was sealed. Null where somebody deleted it. */
  readonly tile: Uint8Array | null
}

/** The places of a bundle from index `from` up to but without `to`, whatever is left of it. */
export function exportedBundle(
  { number, bundle, tile }: BundleOfLog,
  { from, to, after }: { readonly from: number; readonly to: number; readonly after: number },
): readonly ExportedEvent[] {
  const rows = bundle === undefined ? [] : rowsInOrder(bundle)
  const hashes = Buffer.from(tile ?? new Uint8Array()).toString("latin1")
  const first = number * TILE_WIDTH
  const events: ExportedEvent[] = []
  for (let index = Math.max(from, first); index < Math.min(to, first + TILE_WIDTH); index++) {
    const place = index - first
    const row = rows[place]
    const sealed = hashes.slice(place * HASH_BYTES, (place + 1) * HASH_BYTES).padEnd(HASH_BYTES, "\0") as TreeHash
    events.push(readExportedEvent(row, { index, sealed, after: events.at(-1)?.at ?? after }))
  }
  return events
}
