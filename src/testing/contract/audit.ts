import type { AuditEvent } from "../../core/audit/event.ts"
import type { NewEvent } from "../../core/audit/new-event.ts"
import { HOUR, MINUTE } from "../../core/clock.ts"
import type { Store } from "../../core/store.ts"
import type { Facts } from "./lab.ts"
import { ada, ask, laptop, newId, openRequest, START } from "./steps/ask.ts"
import { mailTo } from "./steps/deliver.ts"
import { eventsOf, typesOf } from "./steps/events.ts"
import { atOnce, redeemLink, signIn } from "./steps/redeem.ts"

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const order: NewEvent = {
  type: "shop.order_placed",
  detail: { orderId: "o-1", total: 12.5, isGift: false, note: null },
  at: START,
  userId: null,
  address: null,
  client: { ip: null, userAgent: null },
}

export const auditFacts: Facts = {
  "keeps an application's own event": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const before = (await eventsOf(store)).at(-1)?.seq ?? 0
    await store.audit.append({ ...order, userId: user.id, address: ada, client: laptop })
    const [event] = await eventsOf(store, before)
    const { type, detail } = order
    expect(event).toMatchObject({ type, detail, at: START, userId: user.id, person: { address: ada, ...laptop } })
    expect(event?.commitment).toMatch(/^[A-Za-z0-9_-]{43}$/)
  },

  "keeps the count that closes a window of refusals": async ({ store, expect }) => {
    const detail = { limit: "ask_client", count: 1_234, windowSeconds: 900 } as const
    await store.audit.append({ ...order, type: "rate_limited", detail })
    expect(await eventsOf(store)).toMatchObject([{ type: "rate_limited", detail, at: START, userId: null }])
  },

  "commits to nobody where there is nobody": async ({ store, expect }) => {
    await store.audit.append(order)
    expect(await eventsOf(store)).toMatchObject([{ commitment: null, person: null, userId: null }])
  },

  "commits to a client whose address nobody gave": async ({ store, expect }) => {
    await store.audit.append({ ...order, client: laptop })
    const [event] = await eventsOf(store)
    expect(event?.person).toEqual({ address: null, ...laptop })
    expect(event?.commitment).not.toBe(null)
  },

  "salts its commitments: the same person twice looks like two": async ({ store, expect }) => {
    await store.audit.append({ ...order, address: ada })
    await store.audit.append({ ...order, address: ada })
    const [one, other] = await eventsOf(store)
    expect(one?.person).toEqual({ address: ada, ip: null, userAgent: null })
    expect(other?.person).toEqual(one?.person)
    expect(one?.commitment).not.toBe(other?.commitment)
  },

  "gives every event a UUIDv7 of its own time and a rising position": async ({ store, expect }) => {
    await atOnce(20, (i) => ask(store, { at: START + i }))
    await redeemLink(store, await mailTo(store, { at: START + MINUTE }))
    const events = await eventsOf(store)
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    for (const [i, { seq, id, at }] of events.entries()) {
      expect(id).toMatch(UUID_V7)
      expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(at)
      expect(seq).toBeGreaterThan(events[i - 1]?.seq ?? 0)
    }
  },

  "reads page by page, oldest first, without gap or overlap": async ({ store, expect }) => {
    for (let i = 0; i < 10; i++) await store.audit.append({ ...order, at: START + i })
    const all = await store.audit.read({ after: 0, max: 100 })
    const first = await store.audit.read({ after: 0, max: 4 })
    const second = await store.audit.read({ after: first.at(-1)?.seq ?? 0, max: 100 })
    expect(all.map(({ at }) => at - START)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect([...first, ...second]).toEqual(all)
    expect(first).toHaveLength(4)
    expect(await store.audit.read({ after: all.at(-1)?.seq ?? 0, max: 100 })).toEqual([])
  },

  "tells listeners what it committed, as it can be read": async ({ store, expect }) => {
    const heard: AuditEvent[] = []
    store.audit.onCommitted((event) => heard.push(event))
    await atOnce(8, () => ask(store))
    const { user } = await signIn(store)
    await store.users.setDisabled({
      userId: user.id,
      isDisabled: true,
      by: "application",
      client: laptop,
      at: START + 5 * MINUTE,
    })
    await appendAndHear(store, START + HOUR)
    expect(typesOf(heard)).toContain("user_disabled")
    expect(heard).toEqual(await eventsOf(store))
  },

  "tells listeners after the commit, when the state can be seen": async ({ store, expect }) => {
    const request = openRequest()
    const seen = new Promise((resolve) => {
      store.audit.onCommitted(() => resolve(store.requests.latest(request.freshFlowHash)))
    })
    await store.requests.open(request)
    expect(await seen).toMatchObject({ requestId: request.requestId })
  },

  "tells a listener nothing once it stopped": async ({ store, expect }) => {
    const stopped: number[] = []
    const stop = store.audit.onCommitted(({ at }) => stopped.push(at))
    await appendAndHear(store, START)
    stop()
    await appendAndHear(store, START + 1)
    expect(stopped).toEqual([START])
  },

  "tells and keeps nothing of a decision that failed (P5)": async ({ store, expect }) => {
    const { request } = await ask(store)
    const before = await eventsOf(store)
    const heard: AuditEvent[] = []
    store.audit.onCommitted((event) => heard.push(event))
    const [outcome] = await Promise.allSettled([store.requests.open(openRequest({ outboxId: request.outboxId }))])
    expect(outcome.status).toBe("rejected")
    expect(await eventsOf(store)).toEqual(before)
    await appendAndHear(store, START)
    expect(typesOf(heard)).toEqual([order.type])
  },

  "keeps an event's user and detail as they were": async ({ store, expect }) => {
    const detail = { text: `'";-- ${"{}"} 漢字 🎈`, big: 2 ** 53 - 1, fraction: 0.1, yes: true, none: null, empty: "" }
    const userId = newId()
    await store.audit.append({ ...order, userId, detail })
    expect(await eventsOf(store)).toMatchObject([{ userId, detail }])
  },
}

/** A listener may be told a little after the decision was answered: this waits for the event of its own. */
async function appendAndHear(store: Store, at: number): Promise<void> {
  const heard = new Promise<void>((resolve) => {
    const stop = store.audit.onCommitted((event) => {
      if (event.type !== order.type || event.at !== at) return
      stop()
      resolve()
    })
  })
  await store.audit.append({ ...order, at })
  await heard
}
