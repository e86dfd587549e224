import type { DatabaseSync } from "node:sqlite"
import type { LimitOutcome, LimitTake } from "../../core/limits/limit.ts"
import type { LimitStore } from "../../core/store.ts"
import type { Journal, OpenJournal } from "./journal.ts"
import type { SharedCommit } from "./shared-commit.ts"

const FIND = "select hits, reported_until from rate_limits where limit_key = ?"
const WRITE = `
  insert into rate_limits (limit_key, hits, expires_at, reported_until) values (?, ?, ?, 0)
  on conflict (limit_key) do update set hits = excluded.hits, expires_at = excluded.expires_at`
const REPORT = "update rate_limits set reported_until = ? where limit_key = ?"
const SWEEP = `
  delete from rate_limits where limit_key in
    (select limit_key from rate_limits where expires_at <= ? order by expires_at limit ?)`

/** Takes a limit inside a decision. With a journal, the first refusal in a window is written to it. */
export type TakeLimit = (limit: LimitTake, at: number, journal: Journal | null) => LimitOutcome

export function createTakeLimit(database: DatabaseSync): TakeLimit {
  const find = database.prepare(FIND)
  const write = database.prepare(WRITE)
  const report = database.prepare(REPORT)

  return (limit, at, journal) => {
    const row = find.get(limit.key) as { hits: string; reported_until: number } | undefined
    const hits = countingHits(row?.hits, limit, at)
    const isAdmitted = hits.length < limit.max
    if (isAdmitted) {
      hits.push(Math.max(at, hits.at(-1) ?? at))
      write.run(limit.key, JSON.stringify(hits), at + limit.windowMs)
    } else if (journal !== null && at >= (row?.reported_until ?? 0)) {
      report.run(at + limit.windowMs, limit.key)
      const detail = { limit: limit.name, count: 1, windowSeconds: limit.windowMs / 1_000 }
      journal.write({ type: "rate_limited", detail }, null)
    }
    const { name, max, windowMs } = limit
    const resetAt = (hits[0] ?? at) + windowMs
    return { status: isAdmitted ? "admitted" : "refused", quota: { name, max, windowMs, remaining: max - hits.length, resetAt } }
  }
}

export function createLimits(database: DatabaseSync, commits: SharedCommit, openJournal: OpenJournal, takeLimit: TakeLimit): LimitStore {
  const sweep = database.prepare(SWEEP)
  return {
    take: ({ limit, address, client, at }) =>
      commits.decide((transaction) => takeLimit(limit, at, openJournal(transaction, { at, address, client }))),
    sweep: ({ at, max }) => commits.decide(() => Number(sweep.run(at, max).changes)),
  }
}

// A window is half open: what was admitted at t stops counting at t + window, so no window ever holds more than `max`.
function countingHits(stored: string | undefined, limit: LimitTake, at: number): number[] {
  const hits = stored === undefined ? [] : (JSON.parse(stored) as number[])
  return hits.filter((hit) => hit > at - limit.windowMs).slice(-limit.max)
}
