import type { DatabaseSync } from "node:sqlite"
import type { AuditStore } from "../../core/store.ts"
import { EVENT_COLUMNS, type EventRow, toEvent } from "./audit.ts"
import type { SharedCommit } from "./shared-commit.ts"

// A walk down the primary key, between two positions.
const LATEST = `
  select ${EVENT_COLUMNS} from auth_events e left join auth_event_pii p on p.pii_id = e.pii_id
  where e.seq < ?1 and e.seq >= ?2 and (?3 is null or e.type = ?3)
    and (?4 is null and ?5 is null or e.user_id = ?4 or p.address = ?5)
  order by e.seq desc limit ?6`
const END = "select coalesce(max(seq), 0) + 1 as position from auth_events"

export function createLatestEvents(database: DatabaseSync, commits: SharedCommit): AuditStore["latest"] {
  const latest = database.prepare(LATEST)
  const end = database.prepare(END)
  return ({ before, max, reach, type, person }) =>
    commits.read(() => {
      const top = before ?? Number(end.get()?.["position"])
      const bottom = Math.max(1, top - reach)
      const { userId = null, address = null } = person ?? {}
      const rows = latest.all(top, bottom, type, userId, address, max) as unknown as readonly EventRow[]
      const goOn = rows.length === max ? (rows.at(-1)?.seq ?? bottom) : bottom
      return { events: rows.map(toEvent), before: goOn <= 1 ? null : goOn }
    })
}
