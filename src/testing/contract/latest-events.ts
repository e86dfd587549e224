import type { AuditEvent } from "../../core/audit/event.ts"
import type { LatestEvents } from "../../core/audit/latest-events.ts"
import type { Store } from "../../core/store.ts"
import type { Facts } from "./lab.ts"
import { ada, ask, bob, laptop, newId, START } from "./steps/ask.ts"
import { eventsOf } from "./steps/events.ts"
import { signIn } from "./steps/redeem.ts"

const EVERYTHING = { before: null, max: 100, reach: 1_000, type: null, person: null } as const

export const latestEventFacts: Facts = {
  "gives the newest events, newest first, as they can be read": async ({ store, expect }) => {
    await signIn(store)
    const all = await eventsOf(store)
    expect(await store.audit.latest(EVERYTHING)).toEqual({ events: all.toReversed(), before: null })
    expect((await store.audit.latest({ ...EVERYTHING, max: 2 })).events).toEqual(all.toReversed().slice(0, 2))
  },

  "gives nothing of an empty log": async ({ store, expect }) => {
    expect(await store.audit.latest(EVERYTHING)).toEqual({ events: [], before: null })
  },

  "goes on page after page to the beginning, without gap or overlap": async ({ store, expect }) => {
    await manyEvents(store, 10)
    const all = (await eventsOf(store)).toReversed()
    for (const step of [{ max: 3 }, { reach: 3 }, { max: 1 }, { reach: 1 }, { max: 10 }, { reach: 10 }])
      expect(await walk(store, step), JSON.stringify(step)).toEqual(all)
  },

  "finds events of a type": async ({ store, expect }) => {
    await manyEvents(store, 3)
    await ask(store)
    await manyEvents(store, 3)
    const { events } = await store.audit.latest({ ...EVERYTHING, type: "link_requested" })
    expect(events.map(({ type }) => type)).toEqual(["link_requested"])
    expect((await store.audit.latest({ ...EVERYTHING, type: "link_req" })).events).toEqual([])
  },

  "looks no further than it was told, and says where to go on": async ({ store, expect }) => {
    await ask(store)
    await manyEvents(store, 20)
    const seqs = (await eventsOf(store)).map(({ seq }) => seq)
    const near = await store.audit.latest({ ...EVERYTHING, type: "link_requested", reach: 5 })
    expect(near.events).toEqual([])
    expect(near.before).toBe((seqs.at(-1) ?? 0) + 1 - 5)
    expect(await walk(store, { type: "link_requested", reach: 5 })).toHaveLength(1)
  },

  "finds what is about a person: by user, and by address where there was no user yet": async ({ store, expect }) => {
    await ask(store, { address: bob })
    const { user } = await signIn(store)
    const other = await signIn(store, { address: bob })
    await store.sessions.revoke({
      userId: user.id,
      sessionId: "all",
      reason: "ended_by_admin",
      by: "cli",
      client: laptop,
      at: START,
    })
    const about = async (person: LatestEvents["person"]) =>
      (await store.audit.latest({ ...EVERYTHING, person })).events.toReversed()
    const all = await eventsOf(store)
    const adas = all.filter(({ person }) => person?.address === ada)
    expect(adas.length).toBeGreaterThan(5)
    expect(await about({ userId: user.id, address: ada })).toEqual(adas)
    expect(await about({ userId: null, address: ada })).toEqual(adas)
    expect(await about({ userId: user.id, address: null })).toEqual(all.filter(({ userId }) => userId === user.id))
    expect(await about({ userId: other.user.id, address: ada })).toHaveLength(
      adas.length + all.filter(({ userId }) => userId === other.user.id).length,
    )
    expect(await about({ userId: newId(), address: null })).toEqual([])
  },

  "finds a person's events of one type": async ({ store, expect }) => {
    const { user } = await signIn(store)
    await signIn(store, { address: bob })
    const { events } = await store.audit.latest({
      ...EVERYTHING,
      type: "session_created",
      person: { userId: user.id, address: ada },
    })
    expect(events.map(({ userId }) => userId)).toEqual([user.id])
  },
}

async function manyEvents(store: Store, count: number): Promise<void> {
  for (let i = 0; i < count; i++)
    await store.audit.append({
      type: "shop.order_placed",
      detail: { order: i },
      at: START + i,
      userId: null,
      address: null,
      client: laptop,
    })
}

/** Everything that fits, from the end of the log to its beginning, step by step. */
async function walk(store: Store, step: Partial<LatestEvents>) {
  const events: AuditEvent[] = []
  let before: number | null = null
  do {
    const page = await store.audit.latest({ ...EVERYTHING, ...step, before })
    events.push(...page.events)
    before = page.before
  } while (before !== null)
  return events
}
