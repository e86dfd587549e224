import type { DatabaseSync } from "node:sqlite"
import type { Address } from "../../core/addresses/canonical-address.ts"
import type { AuditStore } from "../../core/audit/audit-store.ts"
import type { AuditEvent, EventBody } from "../../core/audit/event.ts"
import type { EventListeners } from "../../core/audit/publish-events.ts"
import type { OpenJournal } from "./journal.ts"
import type { SharedCommit } from "./shared-commit.ts"

export const EVENT_COLUMNS =
  "e.seq, e.event_id, e.at, e.type, e.user_id, e.detail, e.commitment, p.pii_id, p.address, p.ip, p.user_agent"
const READ = `
  select ${EVENT_COLUMNS}
  from auth_events e left join auth_event_pii p on p.pii_id = e.pii_id
  where e.seq > ? order by e.seq limit ?`

export interface EventRow {
  readonly seq: number
  readonly event_id: string
  readonly at: number
  readonly type: string
  readonly user_id: string | null
  readonly detail: string
  readonly commitment: string | null
  readonly pii_id: string | null
  readonly address: Address | null
  readonly ip: string | null
  readonly user_agent: string | null
}

export function createAudit(
  database: DatabaseSync,
  commits: SharedCommit,
  openJournal: OpenJournal,
  listeners: EventListeners,
): Omit<AuditStore, "latest"> {
  const statement = database.prepare(READ)
  const read: AuditStore["read"] = ({ after, max }) =>
    commits.read(() => (statement.all(after, max) as unknown as readonly EventRow[]).map(toEvent))
  return {
    append: (event) =>
      commits.decide((transaction) => {
        const { type, detail, userId } = event
        openJournal(transaction, event).write({ type, detail } as EventBody, userId)
      }),
    read,
    // One transaction writes at a time, so positions are committed in their order.
    follow: read,
    onCommitted(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export function toEvent(row: EventRow): AuditEvent {
  return {
    seq: row.seq,
    id: row.event_id,
    at: row.at,
    type: row.type,
    userId: row.user_id,
    detail: JSON.parse(row.detail),
    commitment: row.commitment,
    person: row.pii_id === null ? null : { address: row.address, ip: row.ip, userAgent: row.user_agent },
  } as AuditEvent
}
