import type { AuditEvent } from "../../core/audit/event.ts"
import { MINUTE, SECOND } from "../../core/clock.ts"
import type { LimitTake, Quota } from "../../core/limits/limit.ts"
import type { Store } from "../../core/store.ts"
import type { Facts } from "./lab.ts"
import { ada, ask, askLimits, laptop, phone, START, someLimit } from "./steps/ask.ts"
import { claim } from "./steps/deliver.ts"
import { eventsDuring, eventsOf, said } from "./steps/events.ts"
import { atOnce, tally } from "./steps/redeem.ts"
import { sweepLimits } from "./steps/sweep.ts"

const windowMs = 15 * MINUTE

export const askLimitFacts: Facts = {
  "says what is left of the client's limit": async ({ store, expect }) => {
    const limits = askLimits({ client: someLimit("ask_client", { max: 5, windowMs }) })
    const { outcome } = await ask(store, { limits })
    const quota = { name: "ask_client", max: 5, windowMs, remaining: 4, resetAt: START + windowMs }
    expect(outcome).toEqual({ status: "opened", flow: "fresh", quota })
  },

  "refuses a client above its limit, and says when it may come again": async ({ store, expect }) => {
    const limits = askLimits({ client: someLimit("ask_client", { max: 1, windowMs }) })
    await ask(store, { limits })
    const quota = { name: "ask_client", max: 1, windowMs, remaining: 0, resetAt: START + windowMs }
    const refused = await ask(store, { limits, at: START + windowMs - 1 })
    expect(refused.outcome).toEqual({ status: "rate_limited", quota, isReported: true })
    const again = await ask(store, { limits, at: START + windowMs - 1 })
    expect(again.outcome).toEqual({ status: "rate_limited", quota, isReported: false })
    expect((await ask(store, { limits, at: START + windowMs })).outcome.status).toBe("opened")
  },

  "leaves nothing of a refused request, and spends nobody's address limit on it": async ({ store, expect }) => {
    const address = someLimit("ask_address", { max: 3, windowMs })
    const client = someLimit("ask_client", { max: 1, windowMs })
    await ask(store, { limits: askLimits({ client, address }) })
    const refused = await ask(store, { limits: askLimits({ client, address }), at: START + 1 })
    expect(await store.requests.latest(refused.request.freshFlowHash)).toBe(null)
    expect(await store.outbox.backlog()).toEqual({ queued: 1, oldestAt: START })
    expect(await remaining(store, address)).toBe(2)
  },

  "writes one rate_limited event for all refusals of a window": async ({ store, expect }) => {
    const limits = askLimits({ client: someLimit("ask_client", { max: 1, windowMs }) })
    await ask(store, { limits })
    const events = await eventsDuring(store, () => atOnce(20, (i) => ask(store, { limits, at: START + 1 + i })))
    expect(said(events)).toEqual([
      { type: "rate_limited", detail: { limit: "ask_client", count: 1, windowSeconds: 900 } },
    ])
    expect(events[0]?.person).toEqual({ address: ada, ...laptop })
  },

  "writes rate_limited again for the refusals of a later window": async ({ store, expect }) => {
    const limits = askLimits({ client: someLimit("ask_client", { max: 1, windowMs }) })
    for (const at of [START, START + 3 * windowMs]) {
      await ask(store, { limits, at })
      await ask(store, { limits, at: at + 1 })
    }
    expect(rateLimited(await eventsOf(store), "ask_client")).toHaveLength(2)
  },

  "takes no other limit where a known browser is admitted": async ({ store, expect }) => {
    const knownBrowser = someLimit("ask_browser", { max: 1, windowMs })
    const client = someLimit("ask_client", { max: 4, windowMs })
    const address = someLimit("ask_address", { max: 4, windowMs })
    expect((await ask(store, { limits: { knownBrowser, client, address } })).outcome.status).toBe("opened")
    expect(await remaining(store, knownBrowser)).toBe(0)
    expect(await remaining(store, client)).toBe(4)
    expect(await remaining(store, address)).toBe(4)
  },

  "takes no limit that was decided elsewhere, and hands back what was left of it": async ({ store, expect }) => {
    const quota: Quota = { name: "ask_client", max: 5, windowMs, remaining: 3, resetAt: START + windowMs }
    const { outcome, request } = await ask(store, { limits: { isDecided: true, quota, spent: null } })
    expect(outcome).toEqual({ status: "opened", flow: "fresh", quota })
    expect(await isOverLimit(store, request.outboxId)).toBe(false)
    expect((await eventsOf(store)).map(({ type }) => type)).toEqual(["link_requested"])
    expect(await sweepLimits(store, Number.MAX_SAFE_INTEGER)).toBe(0)
  },

  "marks the outbox row where an address's limit was spent elsewhere, and reports the first": async (lab) => {
    const { store, expect } = lab
    const limit = someLimit("ask_address", { max: 1, windowMs })
    const askAbove = (isFirst: boolean) =>
      ask(store, { limits: { isDecided: true, quota: null, spent: { limit, isFirst } } })
    const [first, second] = [await askAbove(true), await askAbove(false)]
    for (const { outcome } of [first, second]) expect(outcome).toEqual({ status: "opened", flow: "fresh", quota: null })
    const items = await claim(store, { at: START })
    expect(items.filter((item) => item.isOverLimit)).toHaveLength(2)
    const reports = rateLimited(await eventsOf(store), "ask_address")
    expect(reports.map(({ detail }) => detail)).toEqual([{ limit: "ask_address", count: 1, windowSeconds: 900 }])
    expect(reports[0]?.person).toEqual({ address: ada, ...laptop })
    expect(await remaining(store, limit)).toBe(1)
  },

  "admits everybody, and keeps nothing, where limits are off": async ({ store, expect }) => {
    const limits = askLimits({ client: null, address: null })
    const asked = await atOnce(30, (i) => ask(store, { limits, at: START + i }))
    for (const { outcome } of asked) expect(outcome).toEqual({ status: "opened", flow: "fresh", quota: null })
    for (const item of await claim(store, { at: START + MINUTE, max: 30 })) expect(item.isOverLimit).toBe(false)
    expect(rateLimited(await eventsOf(store), "ask_client")).toEqual([])
    expect(await sweepLimits(store, Number.MAX_SAFE_INTEGER)).toBe(0)
  },

  "lets a known browser in when a stranger spent both other limits": async ({ store, expect }) => {
    const limits = askLimits({
      client: someLimit("ask_client", { max: 1, windowMs }),
      address: someLimit("ask_address", { max: 1, windowMs }),
    })
    await ask(store, { limits })
    expect((await ask(store, { limits })).outcome.status).toBe("rate_limited")
    const knownBrowser = someLimit("ask_browser", { max: 1, windowMs })
    const known = await ask(store, { limits: { ...limits, knownBrowser } })
    expect(known.outcome.status).toBe("opened")
    expect(await isOverLimit(store, known.request.outboxId)).toBe(false)
  },

  "falls back to the other limits where a known browser is refused": async ({ store, expect }) => {
    const limits = {
      knownBrowser: someLimit("ask_browser", { max: 1, windowMs }),
      client: someLimit("ask_client", { max: 2, windowMs }),
      address: someLimit("ask_address", { max: 1, windowMs }),
    }
    const askAgain = () => ask(store, { limits })
    const [, second, third, fourth] = [await askAgain(), await askAgain(), await askAgain(), await askAgain()]
    expect(second.outcome).toMatchObject({ status: "opened", quota: { name: "ask_client", remaining: 1 } })
    expect(third.outcome).toMatchObject({ status: "opened", quota: { name: "ask_client", remaining: 0 } })
    expect(fourth.outcome).toMatchObject({ status: "rate_limited", quota: { name: "ask_client" } })
    const items = await claim(store, { at: START })
    const over = items.filter((item) => item.isOverLimit).map(({ outboxId }) => outboxId)
    expect(over).toEqual([third.request.outboxId])
  },

  "answers the same above the address's limit, and marks only the outbox row (P4)": async ({ store, expect }) => {
    const address = someLimit("ask_address", { max: 1, windowMs })
    const askFrom = (at: number) =>
      ask(store, { at, limits: askLimits({ address, client: someLimit("ask_client", { max: 5, windowMs }) }) })
    const within = await askFrom(START)
    const above = await askFrom(START)
    expect(above.outcome).toEqual(within.outcome)
    const [one, other] = [await store.requests.latest(within.flowHash), await store.requests.latest(above.flowHash)]
    expect({ ...other, requestId: one?.requestId }).toEqual({ ...one })
    expect(await isOverLimit(store, within.request.outboxId)).toBe(false)
    expect(await isOverLimit(store, above.request.outboxId)).toBe(true)
    expect((await eventsOf(store)).filter(({ type }) => type === "link_requested")).toHaveLength(2)
  },

  "keeps a flow above the address's limit as it does below": async ({ store, expect }) => {
    const limits = askLimits({ address: someLimit("ask_address", { max: 1, windowMs }) })
    const { flowHash } = await ask(store, { limits })
    const above = await ask(store, { limits, flowHash, at: START + SECOND })
    expect(above.outcome).toMatchObject({ status: "opened", flow: "kept" })
    expect((await store.requests.latest(flowHash))?.requestId).toBe(above.request.requestId)
  },

  "counts clients by key, whatever they send": async ({ store, expect }) => {
    const client = someLimit("ask_client", { max: 1, windowMs })
    await ask(store, { limits: askLimits({ client }) })
    const again = await ask(store, { limits: askLimits({ client }), client: phone, device: "Safari on iPhone" })
    expect(again.outcome.status).toBe("rate_limited")
    expect((await ask(store)).outcome.status).toBe("opened")
  },

  "admits exactly the client's limit of 64 requests at once": async ({ store, expect }) => {
    const limits = askLimits({ client: someLimit("ask_client", { max: 5, windowMs }) })
    const asked = await atOnce(64, () => ask(store, { limits }))
    expect(tally(asked.map(({ outcome }) => outcome))).toEqual({ opened: 5, rate_limited: 59 })
    expect((await store.outbox.backlog()).queued).toBe(5)
    expect(rateLimited(await eventsOf(store), "ask_client")).toHaveLength(1)
  },

  "marks all but the address's limit of 64 requests at once": async ({ store, expect }) => {
    const limits = askLimits({ address: someLimit("ask_address", { max: 3, windowMs }) })
    await atOnce(64, () => ask(store, { limits }))
    const items = await claim(store, { at: START })
    expect(items).toHaveLength(64)
    expect(items.filter((item) => !item.isOverLimit)).toHaveLength(3)
  },
}

/** What was left of a limit before this look, which takes one. */
async function remaining(store: Store, limit: LimitTake): Promise<number> {
  const { status, quota } = await store.limits.take({ limit, address: ada, client: laptop, at: START + 2 })
  return status === "refused" ? 0 : quota.remaining + 1
}

/** Claims once, with a lease that ends at once, so that rows can be looked at again. */
async function isOverLimit(store: Store, outboxId: string): Promise<boolean | undefined> {
  const leaseId = `look-${outboxId}`
  const items = await claim(store, { leaseId, at: START + SECOND })
  for (const item of items)
    await store.outbox.settle({ outboxId: item.outboxId, leaseId, at: START + SECOND, result: { status: "released" } })
  return items.find((item) => item.outboxId === outboxId)?.isOverLimit
}

function rateLimited(events: readonly AuditEvent[], limit: LimitTake["name"]) {
  return events.filter(
    (event) => event.type === "rate_limited" && "limit" in event.detail && event.detail.limit === limit,
  )
}
