import { TILE_WIDTH } from "../tree/tile.ts"
import type { ReadableLog } from "./readable-log.ts"

export interface PrunePlan {
  /** Indexes from here on go. */
  readonly from: number
  /** What is to be the minimum index: those below it are gone. A multiple of 256. */
  readonly minIndex: number
  /** When the first of the events that go happened, and the last; null where none goes. */
  readonly firstAt: number | null
  readonly lastAt: number | null
}

export type PruneLimit = { readonly index: number } | { readonly at: number }

const BUNDLES = 16

/**
 * Which events go, of those before an index or a time: whole bundles, from the oldest on, as long as all events in them are before it. So
 * it may be up to 255 fewer than one would think, and never one more. No more than `covered`, which a checkpoint vouches for.
 */
export async function planPrune(log: ReadableLog, limit: PruneLimit, covered: number): Promise<PrunePlan> {
  const { size, minIndex: from } = await log.head()
  const most = Math.floor(Math.min(covered, size, "index" in limit ? limit.index : size) / TILE_WIDTH)
  const times: number[] = []
  let next = from / TILE_WIDTH
  while (next < most) {
    const bundles = await log.bundles({ from: next, max: Math.min(BUNDLES, most - next) })
    const going = bundles.findIndex(({ rows }) => "at" in limit && rows.some(({ at }) => at >= limit.at))
    for (const { rows } of going === -1 ? bundles : bundles.slice(0, going)) {
      const ats = rows.map(({ at }) => at)
      times.push(Math.min(...ats), Math.max(...ats))
      next += 1
    }
    if (going !== -1 || bundles.length === 0) break
  }
  const ends = times.length === 0 ? [null, null] : [times.reduce(least), times.reduce(greatest)]
  const [firstAt = null, lastAt = null] = ends
  return { from, minIndex: Math.max(from, next * TILE_WIDTH), firstAt, lastAt }
}

function least(one: number, other: number): number {
  return Math.min(one, other)
}

function greatest(one: number, other: number): number {
  return Math.max(one, other)
}
