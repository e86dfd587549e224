import { rowsInOrder } from "../sealing/rows-in-order.ts"
import type { Bundle, LogHead, SealedRow } from "../sealing/sealing-store.ts"
import { TILE_WIDTH } from "../tree/tile.ts"
import type { ReadableLog } from "./readable-log.ts"

export interface FoundEvent {
  readonly index: number
  readonly row: SealedRow
}

export type FindOutcome =
  | ({ readonly status: "found" } & FoundEvent)
  /** Sealed, and gone since. */
  | { readonly status: "pruned" }
  | { readonly status: "unknown" }

const BUNDLES = 4
const TIME_DIGITS = 12

/** The sealed event at an index. */
export async function eventAt(log: ReadableLog, index: number): Promise<FindOutcome> {
  const { size, minIndex } = await log.head()
  if (index >= size) return { status: "unknown" }
  if (index < minIndex) return { status: "pruned" }
  const number = Math.floor(index / TILE_WIDTH)
  const bundle = (await log.bundles({ from: number, max: 1 })).find((one) => one.index === number)
  const row = bundle === undefined ? undefined : rowsInOrder(bundle)[index - number * TILE_WIDTH]
  return row === undefined ? { status: "unknown" } : { status: "found", index, row }
}

/**
 * The sealed event with an id. No index is kept of ids, but they begin with their time (UUIDv7): it looks where events of that time are, and
 * from there on both ways, as clocks differ, until everything was looked at.
 */
export async function findEvent(
  log: ReadableLog,
  id: string,
  onProgress?: (looked: number, size: number) => void,
): Promise<FindOutcome> {
  const head = await log.head()
  const [first, end] = [head.minIndex / TILE_WIDTH, Math.ceil(head.size / TILE_WIDTH)]
  const start = await bundleOf(log, timeOf(id), first, end)
  let looked = 0
  for (const from of outwards(start, first, end)) {
    const bundles = await log.bundles({ from, max: Math.min(BUNDLES, end - from) })
    const found = findIn(bundles, id, head)
    if (found !== null) return { status: "found", ...found }
    looked += bundles.length * TILE_WIDTH
    onProgress?.(Math.min(looked, head.size), head.size)
  }
  return { status: "unknown" }
}

/** The bundle in which an event of that time is if nobody's clock was wrong. */
async function bundleOf(log: ReadableLog, at: number, first: number, end: number): Promise<number> {
  let [low, high] = [first, end]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const [bundle] = await log.bundles({ from: middle, max: 1 })
    if ((bundle?.rows[0]?.at ?? 0) <= at) low = middle
    else high = middle
  }
  return low
}

/** Steps of a few bundles, nearest first, until both ends are reached. */
function* outwards(start: number, first: number, end: number): Generator<number> {
  // So that the one it begins with is in the middle of the first step.
  let up = Math.max(first, start - 1)
  let down = up
  while (up < end || down > first) {
    if (up < end) yield up
    up += BUNDLES
    if (down <= first) continue
    down = Math.max(first, down - BUNDLES)
    yield down
  }
}

function findIn(bundles: readonly Bundle[], id: string, { size }: LogHead): FoundEvent | null {
  for (const bundle of bundles) {
    const rows = rowsInOrder(bundle)
    const place = rows.findIndex((one) => one?.id === id)
    const index = bundle.index * TILE_WIDTH + place
    const row = rows[place]
    if (row !== undefined && index < size) return { index, row }
  }
  return null
}

function timeOf(id: string): number {
  const time = Number.parseInt(id.replaceAll("-", "").slice(0, TIME_DIGITS), 16)
  return Number.isSafeInteger(time) ? time : 0
}
