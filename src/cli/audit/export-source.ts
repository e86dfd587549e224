import { setTimeout } from "node:timers/promises"
import { exportedBundle } from "../../core/exporting/exported-bundle.ts"
import type { ExportedEvent } from "../../core/exporting/exported-event.ts"
import { readCheckpoint } from "../../core/notes/checkpoint.ts"
import { readNote } from "../../core/notes/signed-note.ts"
import type { SealingStore } from "../../core/sealing/sealing-store.ts"
import { TILE_WIDTH } from "../../core/tree/tile.ts"

/** Events side by side in the log, and the newest checkpoint there was when they were read. */
export interface ExportBatch {
  readonly events: readonly ExportedEvent[]
  readonly checkpoint: { readonly origin: string; readonly size: number } | null
}

export interface ExportRange {
  readonly from: number
  /** Without it. */
  readonly to: number
  /** Goes on with what is sealed from now on. */
  readonly isFollowing: boolean
  readonly stop: AbortSignal
}

const POLL_EVERY = 500
// 1 024 events: some 1.5 MB of records at a time.
const BUNDLES = 4
// An event is signed right after it was sealed. Where that doesn't happen, its record names no checkpoint.
const SIGNED_WITHIN = 3_000

/** Reads the sealed log in the order of its indexes, in batches. Ends at its end, or with `isFollowing` when it is stopped. */
export async function* readExport(sealing: SealingStore, range: ExportRange): AsyncGenerator<ExportBatch> {
  const { to, stop, isFollowing } = range
  const look = createLook(sealing, isFollowing)
  let next = range.from
  let after = Date.now()
  while (!stop.aborted) {
    const { end, checkpoint } = await look()
    while (next < Math.min(end, to) && !stop.aborted) {
      const through = Math.min(end, to, (Math.floor(next / TILE_WIDTH) + BUNDLES) * TILE_WIDTH)
      const events = await readPlaces(sealing, { from: next, to: through, after })
      next = through
      after = events.at(-1)?.at ?? after
      yield { events, checkpoint }
    }
    if (!isFollowing || next >= to) return
    await setTimeout(POLL_EVERY, undefined, { signal: stop }).catch(() => undefined)
  }
}

// How far the log goes, and its newest checkpoint. Who follows waits a moment for a signature, so that records name one.
function createLook(sealing: SealingStore, isFollowing: boolean) {
  let waiting: { readonly size: number; readonly since: number } | null = null
  return async (): Promise<{ readonly end: number; readonly checkpoint: ExportBatch["checkpoint"] }> => {
    const { size } = await sealing.head()
    const kept = await sealing.latestCheckpoint()
    const note = kept === null ? null : readNote(kept.note)
    const checkpoint = note === null ? null : readCheckpoint(note.text)
    const signed = checkpoint?.size ?? 0
    if (!isFollowing || signed >= size) waiting = null
    else waiting ??= { size, since: performance.now() }
    const isWaiting = waiting !== null && performance.now() - waiting.since < SIGNED_WITHIN
    return { end: isWaiting ? signed : size, checkpoint }
  }
}

async function readPlaces(
  sealing: SealingStore,
  range: { readonly from: number; readonly to: number; readonly after: number },
): Promise<readonly ExportedEvent[]> {
  const first = Math.floor(range.from / TILE_WIDTH)
  const numbers = Array.from({ length: Math.ceil(range.to / TILE_WIDTH) - first }, (_, at) => first + at)
  const [bundles, ...tiles] = await Promise.all([
    sealing.bundles({ from: first, max: numbers.length }),
    ...numbers.map((index) => sealing.tile({ level: 0, index })),
  ])
  const byNumber = new Map(bundles.map((bundle) => [bundle.index, bundle]))
  const events: ExportedEvent[] = []
  for (const [at, number] of numbers.entries()) {
    const after = events.at(-1)?.at ?? range.after
    events.push(
      ...exportedBundle({ number, bundle: byNumber.get(number), tile: tiles[at] ?? null }, { ...range, after }),
    )
  }
  return events.some(({ state }) => state === "missing") ? withoutPruned(sealing, events) : events
}

// What was pruned while it was read isn't missing.
async function withoutPruned(sealing: SealingStore, events: readonly ExportedEvent[]) {
  const { minIndex } = await sealing.head()
  return events.filter(({ state, index }) => state !== "missing" || index >= minIndex)
}
