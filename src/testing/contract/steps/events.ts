import type { AuditEvent } from "../../../core/audit/event.ts"
import type { Store } from "../../../core/store.ts"

const PAGE = 500

/** Everything in the log after position `after`. */
export async function eventsOf(store: Store, after = 0): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = []
  let page: readonly AuditEvent[]
  do {
    page = await store.audit.read({ after: events.at(-1)?.seq ?? after, max: PAGE })
    events.push(...page)
  } while (page.length === PAGE)
  return events
}

/** What was written to the log while `work` went on. */
export async function eventsDuring(store: Store, work: () => Promise<unknown>): Promise<readonly AuditEvent[]> {
  const end = { before: null, max: 1, reach: 1_000_000, type: null, person: null }
  const before = (await store.audit.latest(end)).events.at(0)?.seq ?? 0
  await work()
  return eventsOf(store, before)
}

/** Type and detail of events, in an order that doesn't depend on which of one decision was written first. */
export function said(events: readonly AuditEvent[]) {
  const facts = events.map(({ type, detail }) => ({ type, detail }))
  return facts.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
}

export const typesOf = (events: readonly AuditEvent[]): readonly string[] => events.map(({ type }) => type).sort()
