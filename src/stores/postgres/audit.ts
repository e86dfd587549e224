import type { AuditStore } from "../../core/audit/audit-store.ts"
import type { AuditEvent } from "../../core/audit/event.ts"
import type { NewEvent } from "../../core/audit/new-event.ts"
import type { EventListeners } from "../../core/audit/publish-events.ts"
import type { Database } from "./database.ts"
import type { Decisions } from "./decisions.ts"
import { wholeThrough } from "./log-writers.ts"
import { createWriter, type EventRow, toEvent } from "./writer.ts"

// Each person is looked up by key (`offset 0` keeps it so): by statistics that say "empty" until somebody analyzes, a long read
// would go through all of them for each event.
const personOf = (alias: string) =>
  `(select p as person from {s}.auth_event_pii p where p.pii_id = ${alias}.pii_id offset 0) p on true`
// The upper bound comes last: between two bounds PostgreSQL expects few events until somebody analyzes, and would read and sort all that
// come after a page for each page.
const READ = `
  select {s}.event_json(page.e, p.person)::text as result
  from (select e, seq, pii_id from {s}.auth_events e where seq > $1 order by seq limit $3) page
    left join lateral ${personOf("page")}
  where page.seq <= $2 order by page.seq`
const LATEST = `
  select {s}.event_json(e, p.person)::text as result from {s}.auth_events e left join lateral ${personOf("e")}
  where e.seq < $1 and e.seq >= $2 and ($3::text is null or e.type = $3)
    and ($4::text is null and $5::text is null or e.user_id = $4 or (p.person).address = $5)
  order by e.seq desc limit $6`
const END = "select to_json(coalesce(max(seq), 0) + 1)::text as result from {s}.auth_events"

const END_OF_LOG = Number.MAX_SAFE_INTEGER

export function createAudit(database: Database, decisions: Decisions, listeners: EventListeners): AuditStore {
  const append = decisions.together({
    name: "append_events",
    encode: ({ type, userId, detail, address, at, client }: NewEvent) => ({
      type,
      user_id: userId,
      detail: JSON.stringify(detail),
      address,
      at,
      writer: createWriter(client, address),
    }),
    decode: (_, events) => events.map(() => undefined),
  })
  const read = async (after: number, through: number, max: number) =>
    (await database.ask(READ, [after, through, max])).map((row) => toEvent(row as EventRow))
  return {
    append,
    read: ({ after, max }) => read(after, END_OF_LOG, max),
    async follow({ after, max }) {
      const top = await wholeThrough(database)
      if (top !== null) return read(after, top, max)
      return withoutGap(await read(after, END_OF_LOG, max), after)
    },
    async latest({ before, max, reach, type, person }) {
      const top = before ?? Number((await database.ask(END, []))[0])
      const bottom = Math.max(1, top - reach)
      const rows = (await database.ask(LATEST, [
        top,
        bottom,
        type,
        person?.userId ?? null,
        person?.address ?? null,
        max,
      ])) as readonly EventRow[]
      const goOn = rows.length === max ? (rows.at(-1)?.[0] ?? bottom) : bottom
      return { events: rows.map(toEvent), before: goOn <= 1 ? null : goOn }
    },
    onCommitted(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

// A number that is missing may be that of whoever doesn't end.
function withoutGap(events: readonly AuditEvent[], after: number): readonly AuditEvent[] {
  const gap = events.findIndex(({ seq }, index) => seq !== after + index + 1)
  return gap === -1 ? events : events.slice(0, gap)
}
