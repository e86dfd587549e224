import type { DatabaseSync } from "node:sqlite"
import { firstIdAt } from "../../core/ids.ts"
import type { RetentionStore } from "../../core/retention/retention-store.ts"
import type { SharedCommit } from "./shared-commit.ts"
import { createSweepPersons, noPersons } from "./sweep-persons.ts"

const SWEEP_LIMITS = `
  delete from rate_limits where limit_key in
    (select limit_key from rate_limits where expires_at <= ? order by expires_at limit ?)`
// Ids of the outbox begin with the time of asking, so the oldest ones stand first. Those that have to stay are looked at again
// each time: so many and no more.
const OVER_REQUESTS = `
  select oldest.outbox_id, r.request_id, r.seq, r.flow_hash
  from (select outbox_id, request_id, state from outbox where outbox_id < ? order by outbox_id limit ?) oldest
    cross join sign_in_requests r on r.request_id = oldest.request_id
  where oldest.state <> 'queued' and not exists
    (select 1 from magic_link_tokens t where t.flow_hash = r.flow_hash and t.request_id = r.request_id and t.expires_at >= ?)
  limit ?`
const DELETE_REQUEST = `
  delete from sign_in_requests where seq = ? and not exists
    (select 1 from sign_in_requests older where older.flow_hash = ? and older.seq < ?)`
const DELETE_LINKS = "delete from magic_link_tokens where flow_hash = ? and request_id = ?"
const DELETE_OUTBOX = "delete from outbox where outbox_id = ?"
const SWEEP_REVOKED = `
  delete from sessions where token_hash in
    (select token_hash from sessions where revoked_at is not null and revoked_at < ? order by revoked_at limit ?)`
const SWEEP_EXPIRED = `
  delete from sessions where token_hash in
    (select token_hash from sessions where revoked_at is null and expires_at < ? order by expires_at limit ?)`

/** How many times `max` rows are looked at for `max` that may go. */
const LOOK = 10

interface RequestRow {
  readonly outbox_id: string
  readonly request_id: string
  readonly seq: number
  readonly flow_hash: string
}

export function createRetention(database: DatabaseSync, commits: SharedCommit): RetentionStore {
  const sweepLimits = database.prepare(SWEEP_LIMITS)
  const sweepRequests = createSweepRequests(database)
  const sweepSessions = createSweepSessions(database)
  const sweepPersons = createSweepPersons(database)
  return {
    sweep: ({ at, max, askedBefore, endedBefore, personsBefore }) =>
      commits.decide(() => ({
        limits: Number(sweepLimits.run(at, max).changes),
        requests: askedBefore === null ? 0 : sweepRequests(Math.min(askedBefore, at), max),
        sessions: endedBefore === null ? 0 : sweepSessions(Math.min(endedBefore, at), max),
        ...(personsBefore === null ? noPersons : sweepPersons(Math.min(personsBefore, at), max)),
      })),
  }
}

function createSweepRequests(database: DatabaseSync): (before: number, max: number) => number {
  const findOver = database.prepare(OVER_REQUESTS)
  const deleteRequest = database.prepare(DELETE_REQUEST)
  const deleteLinks = database.prepare(DELETE_LINKS)
  const deleteOutbox = database.prepare(DELETE_OUTBOX)

  function deleteWhole({ seq, flow_hash, request_id, outbox_id }: RequestRow): boolean {
    if (deleteRequest.run(seq, flow_hash, seq).changes === 0) return false
    deleteLinks.run(flow_hash, request_id)
    deleteOutbox.run(outbox_id)
    return true
  }

  return (before, max) => {
    const over = findOver.all(firstIdAt(before), max * LOOK, before, max)
    // Ids of one millisecond, and of a clock that was set back, don't stand in the order of asking.
    const inOrder = (over as unknown as readonly RequestRow[]).toSorted((one, other) => one.seq - other.seq)
    return inOrder.filter(deleteWhole).length
  }
}

function createSweepSessions(database: DatabaseSync) {
  const sweepRevoked = database.prepare(SWEEP_REVOKED)
  const sweepExpired = database.prepare(SWEEP_EXPIRED)
  return (before: number, max: number): number => {
    const revoked = Number(sweepRevoked.run(before, max).changes)
    return revoked + Number(sweepExpired.run(before, max - revoked).changes)
  }
}
