import { HOUR, MINUTE, SECOND } from "../../core/clock.ts"
import { CODE_TRIES } from "../../core/links/code.ts"
import type { Facts } from "./lab.ts"
import { ada, ask, askLimits, bob, laptop, newFlowHash, openRequest, phone, START, someLimit } from "./steps/ask.ts"
import { claim, mailTo, newCodeHash } from "./steps/deliver.ts"
import { eventsDuring, said, typesOf } from "./steps/events.ts"
import { atOnce, redeemCode, redeemedBy, redeemLink } from "./steps/redeem.ts"

export const requestFacts: Facts = {
  "shows a request by its flow": async ({ store, expect }) => {
    const { request, flowHash } = await ask(store, { next: "/cart", matchNumber: 73 })
    expect(await store.requests.latest(flowHash)).toEqual({
      requestId: request.requestId,
      address: ada,
      matchNumber: 73,
      next: "/cart",
      requestedAt: START,
      closedAt: null,
      codeTriesLeft: CODE_TRIES,
    })
  },

  "knows no request of a flow that it never saw": async ({ store, expect }) => {
    await ask(store)
    expect(await store.requests.latest(newFlowHash())).toBe(null)
  },

  "writes link_requested with who asked and from where": async ({ store, expect }) => {
    const request = openRequest({ client: phone })
    const events = await eventsDuring(store, () => store.requests.open(request))
    expect(said(events)).toEqual([{ type: "link_requested", detail: { requestId: request.requestId } }])
    expect(events[0]?.at).toBe(START)
    expect(events[0]?.person).toEqual({ address: ada, ...phone })
    expect(events[0]?.commitment).toMatch(/^[A-Za-z0-9_-]{43}$/)
  },

  "owes one mail for a request": async ({ store, expect }) => {
    const { request, flowHash } = await ask(store, { client: phone, locale: "de", device: "Safari on iPhone" })
    expect(await claim(store, { at: START })).toEqual([
      {
        outboxId: request.outboxId,
        requestId: request.requestId,
        address: ada,
        flowHash,
        locale: "de",
        device: "Safari on iPhone",
        client: phone,
        requestedAt: START,
        deadline: request.deadline,
        attempt: 1,
        isOverLimit: false,
        isClosed: false,
        user: null,
      },
    ])
  },

  "asks for a client without an address or a browser's name": async ({ store, expect }) => {
    const { request, outcome } = await ask(store, { client: { ip: null, userAgent: null } })
    expect(outcome.status).toBe("opened")
    const [item] = await claim(store, { at: START })
    expect(item?.outboxId).toBe(request.outboxId)
    expect(item?.client).toEqual({ ip: null, userAgent: null })
  },

  "keeps texts exactly as they are": async ({ store, expect }) => {
    const text = `/a?b='";--\\ %_$1 ${"{}"} é ü 漢字 🎈\t`
    const { flowHash } = await ask(store, { next: text, device: text, client: { ip: laptop.ip, userAgent: text } })
    const [item] = await claim(store, { at: START })
    expect((await store.requests.latest(flowHash))?.next).toBe(text)
    expect(item?.device).toBe(text)
    expect(item?.client.userAgent).toBe(text)
  },

  "writes a request whole or not at all": async ({ store, expect }) => {
    const { request } = await ask(store)
    const client = someLimit("ask_client", { max: 5, windowMs: HOUR })
    const twin = openRequest({ requestId: request.requestId, limits: askLimits({ client }) })
    const events = await eventsDuring(store, async () => {
      const [before, broken, after] = await Promise.allSettled([ask(store), store.requests.open(twin), ask(store)])
      expect([before?.status, broken?.status, after?.status]).toEqual(["fulfilled", "rejected", "fulfilled"])
    })
    expect(typesOf(events)).toEqual(["link_requested", "link_requested"])
    expect(await store.requests.latest(twin.freshFlowHash)).toBe(null)
    expect((await store.outbox.backlog()).queued).toBe(3)
    const { quota } = await store.limits.take({ limit: client, address: null, client: laptop, at: START })
    expect(quota.remaining).toBe(client.max - 1)
  },
}

export const flowFacts: Facts = {
  "gives a browser without a flow the fresh one": async ({ store, expect }) => {
    const { request, outcome } = await ask(store)
    expect(outcome).toMatchObject({ status: "opened", flow: "fresh" })
    expect((await store.requests.latest(request.freshFlowHash))?.requestId).toBe(request.requestId)
  },

  "keeps a flow for the same address and shows its newest request": async ({ store, expect }) => {
    const { flowHash } = await ask(store)
    const again = await ask(store, { flowHash, at: START + MINUTE, matchNumber: 88, next: "/again" })
    expect(again.outcome).toMatchObject({ status: "opened", flow: "kept" })
    const { requestId } = again.request
    expect(await store.requests.latest(flowHash)).toMatchObject({ requestId, next: "/again" })
    expect(await store.requests.latest(again.request.freshFlowHash)).toBe(null)
  },

  "keeps the match number of a flow that it keeps: the page shows one, and any link of the flow must ask for it":
    async ({ store, expect }) => {
      const first = await ask(store, { matchNumber: 47 })
      await ask(store, { flowHash: first.flowHash, at: START + MINUTE, matchNumber: 88 })
      expect((await store.requests.latest(first.flowHash))?.matchNumber).toBe(47)
      const fresh = await ask(store, { flowHash: first.flowHash, address: bob, at: START + MINUTE, matchNumber: 88 })
      expect((await store.requests.latest(fresh.request.freshFlowHash))?.matchNumber).toBe(88)
    },

  "begins a fresh flow for another address": async ({ store, expect }) => {
    const { flowHash, request } = await ask(store)
    const other = await ask(store, { flowHash, address: bob, at: START + 1 })
    expect(other.outcome).toMatchObject({ status: "opened", flow: "fresh" })
    expect(await store.requests.latest(other.request.freshFlowHash)).toMatchObject({ address: bob })
    expect((await store.requests.latest(flowHash))?.requestId).toBe(request.requestId)
  },

  "begins a fresh flow where the browser's flow is unknown": async ({ store, expect }) => {
    const flowHash = newFlowHash()
    const asked = await ask(store, { flowHash })
    expect(asked.outcome).toMatchObject({ status: "opened", flow: "fresh" })
    expect(await store.requests.latest(flowHash)).toBe(null)
  },

  "begins a fresh flow after the old one signed somebody in": async ({ store, expect }) => {
    const mail = await mailTo(store)
    redeemedBy(await redeemLink(store, mail))
    const again = await ask(store, { flowHash: mail.flowHash, at: START + 5 * MINUTE })
    expect(again.outcome).toMatchObject({ status: "opened", flow: "fresh" })
  },

  "begins a fresh flow, with tries of its own, when no tries are left": async ({ store, expect }) => {
    const mail = await mailTo(store)
    for (let i = 0; i < CODE_TRIES; i++) await redeemCode(store, mail, { codeHashes: [newCodeHash()] })
    const again = await ask(store, { flowHash: mail.flowHash, at: START + 5 * MINUTE })
    expect(again.outcome).toMatchObject({ status: "opened", flow: "fresh" })
    expect((await store.requests.latest(again.flowHash))?.codeTriesLeft).toBe(CODE_TRIES)
    expect((await store.requests.latest(mail.flowHash))?.codeTriesLeft).toBe(0)
  },

  "gives a resend no new tries": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const wrong = { codeHashes: [newCodeHash()] }
    await redeemCode(store, mail, wrong)
    await redeemCode(store, mail, wrong)
    const again = await ask(store, { flowHash: mail.flowHash, at: START + 5 * MINUTE })
    expect(again.outcome).toMatchObject({ status: "opened", flow: "kept" })
    expect((await store.requests.latest(mail.flowHash))?.codeTriesLeft).toBe(CODE_TRIES - 2)
    expect(await redeemCode(store, mail, { ...wrong, at: START + 6 * MINUTE })).toMatchObject({
      triesLeft: CODE_TRIES - 3,
    })
  },

  "closes the requests of the flow that signed somebody in, and of no other": async ({ store, expect }) => {
    const [mail, other] = [await mailTo(store), await mailTo(store)]
    const at = START + 3 * MINUTE
    redeemedBy(await redeemLink(store, mail, { at }))
    expect((await store.requests.latest(mail.flowHash))?.closedAt).toBe(at)
    expect((await store.requests.latest(other.flowHash))?.closedAt).toBe(null)
  },

  "closes a flow's newest request when an older link of it is redeemed": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const newer = await ask(store, { flowHash: mail.flowHash, at: START + 2 * SECOND })
    const at = START + 3 * MINUTE
    redeemedBy(await redeemLink(store, mail, { at }))
    expect(await store.requests.latest(mail.flowHash)).toMatchObject({
      requestId: newer.request.requestId,
      closedAt: at,
    })
  },

  "keeps one flow through requests that arrive together": async ({ store, expect }) => {
    const { flowHash } = await ask(store)
    const asked = await atOnce(8, () => ask(store, { flowHash, at: START + SECOND }))
    expect(asked.filter(({ outcome }) => outcome.status === "opened" && outcome.flow === "kept")).toHaveLength(8)
  },
}
