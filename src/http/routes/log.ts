import { leafOf } from "../../core/audit/leaf.ts"
import { rowsInOrder } from "../../core/sealing/rows-in-order.ts"
import type { SealingStore } from "../../core/sealing/sealing-store.ts"
import { encodeBundle, MAX_LEAF_BYTES } from "../../core/tree/entry-bundle.ts"
import { HASH_BYTES } from "../../core/tree/hash.ts"
import { TILE_WIDTH } from "../../core/tree/tile.ts"
import { readTilePath, type TilePath } from "../../core/tree/tile-path.ts"
import type { Answer } from "../answer.ts"
import { respondProblem } from "../problems.ts"
import { replyHeaders } from "../respond.ts"
import type { Visit } from "../visit.ts"

// C2SP tlog-tiles, "APIs": a checkpoint for a few seconds at most, all that it covers for good.
const A_MOMENT = "public, max-age=2"
const FOR_GOOD = "public, max-age=31536000, immutable"

/** The newest checkpoint, as a signed note. */
export async function sendCheckpoint(visit: Visit): Promise<Answer> {
  const checkpoint = await visit.site.context.store.sealing.latestCheckpoint()
  if (checkpoint === null) return respondProblem(visit, "not_found")
  return send(visit, checkpoint.note, { "Cache-Control": A_MOMENT, "Content-Type": "text/plain; charset=utf-8" })
}

/** A tile of the tree, or a bundle of entries: only what a checkpoint covers, as more of it may still become something else. */
export async function sendTile(visit: Visit, rest: string): Promise<Answer> {
  const { sealing } = visit.site.context.store
  const path = readTilePath(`tile/${rest}`)
  if (path === null || !(await isCovered(sealing, path))) return respondProblem(visit, "not_found")
  const { level, index, width } = path
  const bytes =
    level === "entries" ? await readEntries(sealing, path) : await readTile(sealing, { level, index, width })
  if (bytes === null) return respondProblem(visit, "not_found")
  return send(visit, bytes, { "Cache-Control": FOR_GOOD, "Content-Type": "application/octet-stream" })
}

async function isCovered(sealing: SealingStore, { level, index, width }: TilePath): Promise<boolean> {
  const size = (await sealing.latestCheckpoint())?.size ?? 0
  return (index * TILE_WIDTH + width) * TILE_WIDTH ** (level === "entries" ? 0 : level) <= size
}

async function readTile(
  sealing: SealingStore,
  { level, index, width }: TilePath & { readonly level: number },
): Promise<Uint8Array<ArrayBuffer> | null> {
  const hashes = await sealing.tile({ level, index })
  const bytes = width * HASH_BYTES
  return hashes === null || hashes.byteLength < bytes ? null : Uint8Array.from(hashes.subarray(0, bytes))
}

// Made anew from the rows: personal data isn't in them. What was pruned is gone, and its tiles stay for whoever proves what is left.
async function readEntries(sealing: SealingStore, { index, width }: TilePath): Promise<Uint8Array<ArrayBuffer> | null> {
  const [bundle] = await sealing.bundles({ from: index, max: 1 })
  if (bundle?.index !== index) return null
  const rows = rowsInOrder(bundle).slice(0, width)
  const leaves = rows.flatMap((row) => (row === undefined ? [] : leafOf(row)))
  // One that doesn't fit was written by somebody else. It is sealed all the same, and no bundle can hold it.
  const doFit = leaves.every((leaf) => Buffer.byteLength(leaf) <= MAX_LEAF_BYTES)
  return leaves.length < width || !doFit ? null : Uint8Array.from(encodeBundle(leaves))
}

function send(visit: Visit, body: string | Uint8Array<ArrayBuffer>, own: Readonly<Record<string, string>>): Answer {
  return { status: 200, headers: replyHeaders(visit, {}, { ...own, Vary: "Accept-Encoding" }), body }
}
