import type { DatabaseSync } from "node:sqlite"
import type { AuditStore } from "../../core/audit/audit-store.ts"
import { EVENT_COLUMNS, type EventRow, toEvent } from "./audit.ts"
import type { SharedCommit } from "./shared-commit.ts"

// A walk down the primary key, between two positions.
const LATEST = `
  select ${EVENT_COLUMNS} from auth_events e left join auth_event_pii p on p.pii_id = e.pii_id
  where e.seq < ? and e.seq >= ? and (? is null or e.type = ?)
    and (? is null and ? is null or e.user_id = ? or p.address = ?)
  order by e.seq desc limit ?`
const END = "select coalesce(max(seq), 0) + 1 as position from auth_events"

export function createLatestEvents(database: DatabaseSync, commits: SharedCommit): AuditStore["latest"] {
  const latest = database.prepare(LATEST)
  const end = database.prepare(END)
  return ({ before, max, reach, type, person }) =>
    commits.read(() => {
      const top = before ?? Number(end.get()?.["position"])
      const bottom = Math.max(1, top - reach)
      const { userId = null, address = null } = person ?? {}
      const who = [userId, address, userId, address]
      const rows = latest.all(top, bottom, type, type, ...who, max) as unknown as readonly EventRow[]
      const goOn = rows.length === max ? (rows.at(-1)?.seq ?? bottom) : bottom
      return { events: rows.map(toEvent), before: goOn <= 1 ? null : goOn }
    })
}
