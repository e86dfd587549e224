import type { LogHead } from "../sealing/sealing-store.ts"
import { TILE_WIDTH } from "../tree/tile.ts"
import type { Wide } from "./bundle-verifier.ts"
import type { EventCounts } from "./check-events.ts"
import type { Findings } from "./finding.ts"
import type { PositionCover } from "./position-cover.ts"
import { prunedThrough } from "./pruned-through.ts"
import type { ReadableLog } from "./verify-log.ts"

interface Ends {
  readonly head: LogHead
  readonly cover: PositionCover
  readonly counts: EventCounts
  readonly wide: readonly Wide[]
}

const RECENT = 4_096

/** Checks what the log says of its own beginning and end, which no tile holds. */
export async function checkEnds(
  log: ReadableLog,
  { head, cover, counts, wide }: Ends,
  findings: Findings,
): Promise<void> {
  const { size, minIndex, through } = head
  // It may have grown while it was read. It says so itself, and then the next look finds whether that is so.
  const later = (await log.head()).size
  const tooWide = wide.find(({ level, index, width }) => width > widthAt(later, level, index))
  if (tooWide !== undefined) {
    const { level, index } = tooWide
    const message = `Tile ${index} of level ${level} holds more than a log of ${size} events has: the log says less of itself than was sealed.`
    findings.add({ code: "head_changed", level, tile: index, message })
  }
  const next = Math.ceil(size / TILE_WIDTH)
  const [beyond] = await log.bundles({ from: next, max: 1 })
  if (beyond !== undefined && beyond.index * TILE_WIDTH >= later) {
    const message = `There are events in the log behind its end, at ${size}.`
    findings.add({ code: "head_changed", index: size, message })
  }
  if (cover.top > through) {
    const message = `The log says that it went as far as position ${through}, and position ${cover.top} is sealed.`
    findings.add({ code: "head_changed", message })
  }
  if (minIndex > 0 && Math.max(counts.prunedThrough, await recentlyPruned(log)) < minIndex) {
    const message = `The events before ${minIndex} are gone, and no event says that anybody pruned them.`
    findings.add({ code: "prune_unrecorded", index: 0, message })
  }
}

function widthAt(size: number, level: number, index: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH))
}

// Whoever pruned just now says so in an event that waits to be sealed.
async function recentlyPruned(log: ReadableLog): Promise<number> {
  const { events } = await log.unsealed({ max: RECENT })
  return Math.max(0, ...events.filter(({ type }) => type === "admin_action").map(({ detail }) => prunedThrough(detail)))
}
