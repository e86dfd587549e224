import type { LogHead } from "../sealing/sealing-store.ts"
import type { Findings } from "./finding.ts"
import type { PositionCover } from "./position-cover.ts"
import type { ReadableLog } from "./readable-log.ts"

/** Looks whether an event stands where none was sealed: between those that were, or before them. Holes themselves are no fault. */
export async function checkHoles(
  log: ReadableLog,
  { through, open }: LogHead,
  cover: PositionCover,
  findings: Findings,
): Promise<void> {
  for (const [from, last] of cover.holes(Math.max(through, cover.top), open)) {
    const row = await log.eventBetween({ from, through: last })
    if (row === null) continue
    const { position, id } = row
    const message = `The event at position ${position} was never sealed, though those around it were: it was put there since, or the log was made to pass over it.`
    findings.add({ code: "event_inserted", position, id, message })
  }
}
