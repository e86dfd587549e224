import type { OutboxItem, OutboxStore, SettleOutbox } from "../../core/store.ts"
import type { Database } from "./database.ts"
import type { Decisions } from "./decisions.ts"
import { toUser, type UserRow } from "./people.ts"
import { createLateWriter } from "./writer.ts"

const BACKLOG = `
  select json_build_object('queued', count(*), 'oldestAt', min(r.requested_at))::text as result
  from {s}.outbox o join {s}.sign_in_requests r on r.request_id = o.request_id where o.state = 'queued'`

type ClaimedRow = Omit<OutboxItem, "client" | "user"> & {
  readonly ip: string | null
  readonly userAgent: string | null
  readonly user: UserRow | null
}

export function createOutbox(database: Database, decisions: Decisions, onOwed: OutboxStore["onOwed"]): OutboxStore {
  return {
    onOwed,
    async claim({ leaseId, leaseUntil, max, at, latestDeadline }) {
      const args = [leaseId, leaseUntil, max, at, latestDeadline]
      const rows = (await database.call("claim_outbox", args)) as readonly ClaimedRow[]
      return rows.map(toItem)
    },
    settle: decisions.together({
      name: "settle_outbox",
      encode: encodeSettle,
      keysOf: ({ outboxId }) => [outboxId],
      decode: (outcomes, settles) =>
        settles.map(({ outboxId }) => (outcomes as Record<string, "settled" | "lease_lost">)[outboxId] ?? "lease_lost"),
    }),
    async backlog() {
      const [row] = await database.ask(BACKLOG, [])
      return row as { queued: number; oldestAt: number | null }
    },
  }
}

function toItem({ ip, userAgent, user, ...row }: ClaimedRow): OutboxItem {
  return { ...row, client: { ip, userAgent }, user: user === null ? null : toUser(user) }
}

function encodeSettle({ outboxId, leaseId, at, result }: SettleOutbox) {
  // The client of the row's request, which the database puts in.
  const row = { outbox_id: outboxId, lease_id: leaseId, at, writer: createLateWriter(null) }
  switch (result.status) {
    case "sent":
      return {
        ...row,
        status: "sent",
        link_id: result.detail.linkId,
        event: "link_sent",
        detail: JSON.stringify(result.detail),
      }
    case "withheld":
      return { ...row, status: "withheld", reason: result.reason, event: "link_withheld" }
    case "failed":
      return {
        ...row,
        status: result.retryAt === null ? "given_up" : "later",
        reason: result.retryAt === null ? result.detail.reason : null,
        due_at: result.retryAt,
        event: "send_failed",
        detail: JSON.stringify(result.detail),
      }
    case "released":
      return { ...row, status: "released", due_at: at }
  }
}
