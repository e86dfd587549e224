import { leafHashOf } from "../audit/leaf-hash.ts"
import { hashFrom } from "../tree/encode-hash.ts"
import type { Frontier } from "../tree/frontier.ts"
import { HASH_BYTES, type TreeHash } from "../tree/hash.ts"
import { readFrontier, readRoot } from "../tree/read-frontier.ts"
import { TILE_WIDTH } from "../tree/tile.ts"
import { TreeFault } from "../tree/tree-fault.ts"
import type { LogIdentity } from "./log-identity.ts"
import type { KnownOutside, OutsideView } from "./outside-view.ts"
import { type OurCheckpoint, readSigned } from "./read-signed.ts"
import { refusals, SealingRefused } from "./refusal.ts"
import { rowsInOrder } from "./rows-in-order.ts"
import type { Bundle, SealingStore } from "./sealing-store.ts"

/** What a process remembers to have signed, or knows that another did. */
export interface Signed {
  readonly size: number
  readonly root: TreeHash
}

export interface OpenedLog {
  readonly frontier: Frontier
  /** The newest checkpoint, or null. */
  readonly signed: OurCheckpoint | null
}

const BUNDLES = 16

export interface OpenOptions {
  readonly identity: LogIdentity
  readonly outside: OutsideView
  /** What this process signed last. */
  readonly remembered: Signed | null
  /** Ends what may take long, by rejecting. */
  readonly stop?: AbortSignal | undefined
}

/**
 * Reads where the log stands, and doesn't believe it: what was signed, here and outside, must be what the tree now says, and what was
 * sealed since must be the events that are there. Only then may anything be signed that follows.
 *
 * @throws SealingRefused where it isn't so.
 */
export async function openLog(
  store: SealingStore,
  { identity, outside, remembered, stop }: OpenOptions,
): Promise<OpenedLog> {
  const known = await outside.newest()
  const kept = await store.latestCheckpoint()
  // Last, as another process may be at work: what was signed until here is never more than what is sealed now.
  const { size } = await store.head()
  const rootAt = (at: number) => readRoot(at, store.tile).catch(refuseTree)
  const signed = kept === null ? null : readSigned(kept.note, identity)
  if (kept !== null && signed === null) throw new SealingRefused(refusals.unknownSignature(kept.size))
  for (const one of [signed, remembered]) {
    if (one === null) continue
    if (one.size > size) throw new SealingRefused(refusals.treeShortened(size, one.size))
    if ((await rootAt(one.size)) !== one.root) throw new SealingRefused(refusals.treeChanged(one.size))
  }
  for (const one of known) await compareOutside(one, size, rootAt)
  await compareEvents(store, signed?.size ?? 0, size, stop)
  return { frontier: await readFrontier(size, store.tile).catch(refuseTree), signed }
}

function refuseTree(error: unknown): never {
  throw error instanceof TreeFault ? new SealingRefused(refusals.treeIncomplete(error.message)) : error
}

async function compareOutside(
  { outlet: name, checkpoint: known }: KnownOutside,
  size: number,
  rootAt: (size: number) => Promise<TreeHash>,
): Promise<void> {
  if (known.size > size) throw new SealingRefused(refusals.outsideIsAhead(name, size, known.size))
  if ((await rootAt(known.size)) !== known.root) throw new SealingRefused(refusals.outsideDiffers(name, known.size))
}

/** What was sealed and not yet signed, when a process died in between: nobody has vouched for it so far. */
async function compareEvents(store: SealingStore, from: number, size: number, stop?: AbortSignal): Promise<void> {
  let next = Math.floor(from / TILE_WIDTH)
  while (next * TILE_WIDTH < size) {
    stop?.throwIfAborted()
    const bundles = await store.bundles({ from: next, max: BUNDLES })
    for (const bundle of bundles) {
      if (bundle.index !== next) throw new SealingRefused(refusals.eventsChanged(next * TILE_WIDTH))
      await compareBundle(store, bundle, from, size)
      next += 1
    }
    if (bundles.length === 0) throw new SealingRefused(refusals.eventsChanged(next * TILE_WIDTH))
  }
}

async function compareBundle(store: SealingStore, bundle: Bundle, from: number, size: number): Promise<void> {
  const start = bundle.index * TILE_WIDTH
  const hashes = (await store.tile({ level: 0, index: bundle.index })) ?? new Uint8Array()
  const rows = rowsInOrder(bundle)
  for (let index = Math.max(from, start); index < Math.min(size, start + TILE_WIDTH); index += 1) {
    const row = rows[index - start]
    const place = (index - start) * HASH_BYTES
    const isThere = row !== undefined && hashes.byteLength >= place + HASH_BYTES
    if (!isThere || leafHashOf(row) !== hashFrom(hashes.subarray(place, place + HASH_BYTES)))
      throw new SealingRefused(refusals.eventsChanged(index))
  }
}
