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
  // What is sealed would be sealed once more, and what stands between would pass for late.
  const isSealed = open.find((range) => cover.touches(range))
  if (isSealed !== undefined) {
    const message = `The log says that events may still come at the positions ${isSealed[0]} to ${isSealed[1]}, and some of them are sealed.`
    findings.add({ code: "head_changed", message })
  }
  for (const [from, last] of cover.holes(Math.max(through, cover.top), open)) {
    const row = await log.eventBetween({ from, through: last })
    if (row === null) continue
    const { position, id } = row
    const message = `The event at position ${position} was never sealed, though those around it were: it was put there since, or the log was made to pass over it.`
    findings.add({ code: "event_inserted", position, id, message })
  }
  // Up there nothing is ever sealed, and a file goes on counting from its highest number.
  const beyond = await log.eventBetween({ from: Number.MAX_SAFE_INTEGER + 1, through: Number.POSITIVE_INFINITY })
  if (beyond === null) return
  const { position, id } = beyond
  const message =
    "An event stands at a position above 2^53 - 1, where none is ever sealed: it was put there, or follows one that was."
  findings.add({ code: "event_inserted", position, id, message })
}
