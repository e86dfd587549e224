import type { LogHead } from "../sealing/sealing-store.ts"
import { HASH_BYTES } from "../tree/hash.ts"
import { TILE_WIDTH } from "../tree/tile.ts"
import type { Wide } from "./bundle-verifier.ts"
import type { EventCounts } from "./event-counts.ts"
import type { Findings } from "./finding.ts"
import type { PositionCover } from "./position-cover.ts"
import { prunedThrough } from "./pruned-through.ts"
import type { ReadableLog } from "./readable-log.ts"

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
  for (const { level, index, width } of [...wide, ...(await tilesBehind(log, size))]) {
    if (width <= widthAt(later, level === "bundle" ? 0 : level, index)) continue
    if (level === "bundle") {
      const message = `Bundle ${index} says of ${width} events where they stand, and has fewer.`
      findings.add({ code: "bundle_changed", index: Math.min(size, (index + 1) * TILE_WIDTH), tile: index, message })
      continue
    }
    const message = `Tile ${index} of level ${level} holds more than a log of ${size} events has.`
    findings.add({ code: "tile_changed", index: size, level, tile: index, message })
  }
  const next = Math.ceil(size / TILE_WIDTH)
  const [beyond] = await log.bundles({ from: next, max: 1 })
  if (beyond !== undefined && beyond.index * TILE_WIDTH >= later) {
    const message = `Bundle ${beyond.index} stands behind the end of the log, which has ${size} events.`
    findings.add({ code: "bundle_changed", index: size, tile: beyond.index, message })
  }
  if (cover.top > through) {
    const message = `The log says that it went as far as position ${through}, and position ${cover.top} is sealed.`
    findings.add({ code: "head_changed", message })
  }
  // Where something else is wrong, the event that says so may be what is missing.
  if (minIndex === 0 || findings.count > 0) return
  if (Math.max(counts.prunedThrough, await recentlyPruned(log, size)) < minIndex) {
    const message = `The events before ${minIndex} are gone, and no event says that anybody pruned them.`
    findings.add({ code: "prune_unrecorded", index: 0, message })
  }
}

/** What stands right behind the last tile of each level, and above them: there should be nothing. */
async function tilesBehind(log: ReadableLog, size: number): Promise<readonly Wide[]> {
  const found: Wide[] = []
  for (let [level, width] = [0, size]; ; level += 1, width = Math.floor(width / TILE_WIDTH)) {
    const index = Math.ceil(width / TILE_WIDTH)
    const bytes = await log.tile({ level, index })
    if (bytes !== null) found.push({ level, index, width: Math.ceil(bytes.byteLength / HASH_BYTES) })
    if (width === 0) return found
  }
}

function widthAt(size: number, level: number, index: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH))
}

// Whoever pruned just now says so in an event that waits to be sealed, or that was sealed behind the end that was read.
async function recentlyPruned(log: ReadableLog, size: number): Promise<number> {
  // First those that wait: what is sealed in between is among the others.
  const { events } = await log.unsealed({ max: RECENT })
  const bundles = await log.bundles({ from: Math.floor(size / TILE_WIDTH), max: RECENT / TILE_WIDTH })
  const actions = [...events, ...bundles.flatMap(({ rows }) => rows)].filter(({ type }) => type === "admin_action")
  return Math.max(0, ...actions.map(({ detail }) => prunedThrough(detail)))
}
