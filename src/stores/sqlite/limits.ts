import type { DatabaseSync } from "node:sqlite"
import { type LimitOutcome, type LimitTake, quotaOf } from "../../core/limits/limit.ts"
import type { LimitStore } from "../../core/store.ts"
import type { Journal, OpenJournal } from "./journal.ts"
import type { SharedCommit } from "./shared-commit.ts"

const FIND = "select hits, reported_until from rate_limits where limit_key = ?"
const WRITE = `
  insert into rate_limits (limit_key, hits, expires_at, reported_until) values (?, ?, ?, 0)
  on conflict (limit_key) do update set hits = excluded.hits, expires_at = excluded.expires_at`
const REPORT = "update rate_limits set reported_until = ? where limit_key = ?"

const KEPT_WINDOWS = 2

/** Takes a limit inside a decision. With a journal, the first refusal in a window is written to it. */
export type TakeLimit = (limit: LimitTake, at: number, journal: Journal | null) => LimitOutcome & ReportedOutcome

/** Whether this refusal was the one written down. */
interface ReportedOutcome {
  readonly isReported: boolean
}

export function createTakeLimit(database: DatabaseSync): TakeLimit {
  const find = database.prepare(FIND)
  const write = database.prepare(WRITE)
  const report = database.prepare(REPORT)

  return (limit, at, journal) => {
    const row = find.get(limit.key) as { hits: string; reported_until: number } | undefined
    const hits = row === undefined ? [] : (JSON.parse(row.hits) as number[])
    const counting = hits.filter((hit) => hit > at - limit.windowMs)
    const isAdmitted = counting.length < limit.max
    const isReported = !isAdmitted && journal !== null && at >= (row?.reported_until ?? 0)
    if (isAdmitted) {
      counting.push(at)
      counting.sort((a, b) => a - b)
      write.run(limit.key, JSON.stringify(keptHits(hits, at, limit)), at + KEPT_WINDOWS * limit.windowMs)
    } else if (isReported) {
      report.run(at + limit.windowMs, limit.key)
      writeRateLimited(limit, journal)
    }
    return {
      status: isAdmitted ? "admitted" : "refused",
      quota: quotaOf(limit, counting.length, leavingOf(limit, counting)),
      isReported,
    }
  }
}

export function createLimits(commits: SharedCommit, openJournal: OpenJournal, takeLimit: TakeLimit): LimitStore {
  return {
    take: ({ limit, address, client, at }) =>
      commits.decide((transaction) => {
        const { status, quota } = takeLimit(limit, at, openJournal(transaction, { at, address, client }))
        return { status, quota }
      }),
  }
}

/** Writes the first refusal of a window. */
export function writeRateLimited({ name, windowMs }: LimitTake, journal: Journal): void {
  journal.write({ type: "rate_limited", detail: { limit: name, count: 1, windowSeconds: windowMs / 1_000 } }, null)
}

// A window is half open: what was admitted at t stops counting at t + window. Hits "in the future" count too, and what is
// older than a window is kept for one more: so no window holds too many even where two processes' clocks disagree by up
// to a window (P8).
function keptHits(hits: readonly number[], at: number, { windowMs }: LimitTake): readonly number[] {
  return [...hits, at].filter((hit) => hit > at - KEPT_WINDOWS * windowMs).sort((a, b) => a - b)
}

function leavingOf({ max }: LimitTake, counting: readonly number[]): number {
  return counting[Math.max(0, counting.length - max)] ?? 0
}
