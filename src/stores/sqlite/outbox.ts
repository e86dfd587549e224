import type { DatabaseSync } from "node:sqlite"
import type { Address } from "../../core/addresses/canonical-address.ts"
import type { FlowHash } from "../../core/links/flow.ts"
import type { OutboxItem, OutboxStore, SettleOutbox } from "../../core/store.ts"
import type { Journal, OpenJournal } from "./journal.ts"
import type { SharedCommit } from "./shared-commit.ts"
import { toUser, type UserRow } from "./users.ts"

const DUE = "select outbox_id from outbox where state = 'queued' and due_at <= ? order by due_at limit ?"
const LEASE = `
  update outbox set lease_id = ?, due_at = ?, deadline = min(deadline, ?), attempts = attempts + 1 where outbox_id = ?`
const BRING_NEARER = `
  update outbox set due_at = iif(lease_id is null, ?, ?) where outbox_id in
    (select outbox_id from outbox where state = 'queued' and due_at > ? order by due_at limit ?)`
const READ = `
  select o.outbox_id, o.request_id, o.deadline, o.attempts, o.is_over_limit, r.address as request_address, r.flow_hash,
    r.locale, r.device, r.ip, r.user_agent, r.requested_at, r.seq,
    u.closed_through, u.user_id, u.address, u.display_name, u.created_at, u.disabled_at
  from outbox o join sign_in_requests r on r.request_id = o.request_id left join users u on u.address = r.address
  where o.outbox_id = ?`
const HELD = `
  select o.request_id, r.address, r.flow_hash, r.ip, r.user_agent
  from outbox o join sign_in_requests r on r.request_id = o.request_id
  where o.outbox_id = ? and o.lease_id = ? and o.state = 'queued'`
const FINISH = "update outbox set state = ?, reason = ?, settled_at = ?, lease_id = null where outbox_id = ?"
const REQUEUE = "update outbox set due_at = ?, attempts = attempts - ?, lease_id = null where outbox_id = ?"
const SUPERSEDE_OLDER = `
  update magic_link_tokens set superseded_at = ?
  where flow_hash = ? and consumed_at is null and superseded_at is null
    and seq < (select seq from magic_link_tokens where flow_hash = ? and link_id = ?)`
const BACKLOG = `
  select count(*) as queued, min(r.requested_at) as oldest_at
  from outbox o join sign_in_requests r on r.request_id = o.request_id where o.state = 'queued'`

interface ClaimedRow extends Omit<UserRow, "user_id"> {
  readonly user_id: string | null
  readonly outbox_id: string
  readonly request_id: string
  readonly deadline: number
  readonly attempts: number
  readonly is_over_limit: number
  readonly request_address: Address
  readonly flow_hash: FlowHash
  readonly locale: string
  readonly device: string
  readonly ip: string | null
  readonly user_agent: string | null
  readonly requested_at: number
  readonly seq: number
  readonly closed_through: number | null
}

interface HeldRow {
  readonly request_id: string
  readonly address: Address
  readonly flow_hash: FlowHash
  readonly ip: string | null
  readonly user_agent: string | null
}

export function createOutbox(database: DatabaseSync, commits: SharedCommit, openJournal: OpenJournal): OutboxStore {
  const due = database.prepare(DUE)
  const lease = database.prepare(LEASE)
  const bringNearer = database.prepare(BRING_NEARER)
  const read = database.prepare(READ)
  const held = database.prepare(HELD)
  const backlog = database.prepare(BACKLOG)
  const settle = createSettle(database)
  return {
    // Other processes have no way to tell us but the file; the worker looks there each second.
    onOwed: () => () => undefined,
    claim: ({ leaseId, leaseUntil, max, at, latestDeadline }) =>
      commits.decide(() => {
        bringNearer.run(at, leaseUntil, latestDeadline, max)
        return due.all(at, max).map((row) => {
          const outboxId = String(row["outbox_id"])
          lease.run(leaseId, leaseUntil, latestDeadline, outboxId)
          return toItem(read.get(outboxId) as unknown as ClaimedRow)
        })
      }),
    settle: (args) =>
      commits.decide((transaction) => {
        const row = held.get(args.outboxId, args.leaseId) as HeldRow | undefined
        if (row === undefined) return "lease_lost"
        const client = { ip: row.ip, userAgent: row.user_agent }
        settle(args, row, openJournal(transaction, { at: args.at, address: row.address, client }))
        return "settled"
      }),
    backlog: () =>
      commits.read(() => {
        const row = backlog.get() as { queued: number; oldest_at: number | null } | undefined
        return { queued: row?.queued ?? 0, oldestAt: row?.oldest_at ?? null }
      }),
  }
}

type Settle = (args: SettleOutbox, row: HeldRow, journal: Journal) => void

function createSettle(database: DatabaseSync): Settle {
  const finish = database.prepare(FINISH)
  const requeue = database.prepare(REQUEUE)
  const supersedeOlder = database.prepare(SUPERSEDE_OLDER)
  return ({ outboxId, at, result }, row, journal) => {
    const { request_id: requestId } = row
    switch (result.status) {
      case "sent":
        finish.run("sent", null, at, outboxId)
        supersedeOlder.run(at, row.flow_hash, row.flow_hash, result.detail.linkId)
        return journal.write({ type: "link_sent", detail: result.detail }, null)
      case "withheld":
        finish.run("withheld", result.reason, at, outboxId)
        return journal.write({ type: "link_withheld", detail: { requestId, reason: result.reason } }, null)
      case "failed":
        if (result.retryAt === null) finish.run("given_up", result.detail.reason, at, outboxId)
        else requeue.run(result.retryAt, 0, outboxId)
        return journal.write({ type: "send_failed", detail: result.detail }, null)
      case "released":
        requeue.run(at, 1, outboxId)
    }
  }
}

function toItem(row: ClaimedRow): OutboxItem {
  const { user_id } = row
  return {
    outboxId: row.outbox_id,
    requestId: row.request_id,
    address: row.request_address,
    flowHash: row.flow_hash,
    locale: row.locale,
    device: row.device,
    client: { ip: row.ip, userAgent: row.user_agent },
    requestedAt: row.requested_at,
    deadline: row.deadline,
    attempt: row.attempts,
    isOverLimit: row.is_over_limit === 1,
    isClosed: row.seq <= (row.closed_through ?? 0),
    user: user_id === null ? null : toUser({ ...row, user_id }),
  }
}
