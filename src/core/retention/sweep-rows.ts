import type { Context } from "../context.ts"
import { SWEEP_LATER } from "../limits/keep-limits.ts"
import type { SweptRows } from "./retention-store.ts"

// A few milliseconds on SQLite, for which whatever came meanwhile waits (bench/retention.ts).
const BATCH = 100
// A batch with fewer than this was nearly all that there was: the rest waits for the next round.
const WORTH_IT = BATCH / 2
// For each part of the time at work, four at rest: so that requests keep most of the store to themselves.
const RESTS = 4

export interface Pace {
  /** Resolves after `ms`, or sooner when the process stops. */
  pause(ms: number): Promise<void>
  readonly isStopping: () => boolean
}

/** How many went of each kind. */
export type DeletedRows = Pick<SweptRows, "requests" | "sessions" | "persons">

/** Deletes requests, sessions and personal data that are over, in small batches with rests between, until little is left. */
export async function sweepRows(
  { store, settings, clock }: Pick<Context, "store" | "settings" | "clock">,
  pace: Pace,
): Promise<DeletedRows> {
  const kept = settings.retention
  const deleted = { requests: 0, sessions: 0, persons: 0 }
  while (!pace.isStopping()) {
    const now = clock.now()
    const beganAt = performance.now()
    const { requests, sessions, persons, isMoreOfPersons } = await store.retention.sweep({
      at: now - SWEEP_LATER,
      max: BATCH,
      askedBefore: kept.requests === null ? null : now - kept.requests,
      endedBefore: kept.sessions === null ? null : now - kept.sessions,
      personsBefore: kept.persons === null ? null : now - kept.persons,
    })
    deleted.requests += requests
    deleted.sessions += sessions
    deleted.persons += persons
    if (Math.max(requests, sessions) < WORTH_IT && !isMoreOfPersons) break
    await pace.pause(RESTS * (performance.now() - beganAt))
  }
  return deleted
}
