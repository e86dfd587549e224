import { DAY, HOUR, MINUTE, SECOND } from "../../core/clock.ts"
import type { Facts } from "./lab.ts"
import { ada, ask, bob, newId, START } from "./steps/ask.ts"
import { claim, deliver, failed, lease, mailTo, mintFor, settle, settleSent } from "./steps/deliver.ts"
import { eventsDuring, said } from "./steps/events.ts"
import { atOnce, newSession, redeemedBy, redeemLink, signIn } from "./steps/redeem.ts"

const LEASE_ENDS = START + 30 * SECOND

export const outboxClaimFacts: Facts = {
  "leases a row to one caller until the lease ends": async ({ store, expect }) => {
    const { request } = await ask(store)
    expect(await claim(store, { at: START })).toMatchObject([{ outboxId: request.outboxId, attempt: 1 }])
    expect(await claim(store, { at: START })).toHaveLength(0)
    expect(await claim(store, { at: LEASE_ENDS - 1 })).toHaveLength(0)
    expect(await claim(store, { at: LEASE_ENDS })).toMatchObject([{ outboxId: request.outboxId, attempt: 2 }])
  },

  "leases at most as many rows as were asked for": async ({ store, expect }) => {
    for (let i = 0; i < 5; i++) await ask(store)
    const claims = await atOnce(3, () => claim(store, { at: START, max: 3 }))
    for (const claimed of claims) expect(claimed.length <= 3).toBe(true)
    expect(new Set(claims.flat().map(({ outboxId }) => outboxId)).size).toBe(5)
  },

  "gives no row to two callers that claim at once": async ({ store, expect }) => {
    await atOnce(40, () => ask(store))
    const claims = await atOnce(16, () => claim(store, { at: START, max: 5 }))
    const ids = claims.flat().map(({ outboxId }) => outboxId)
    expect(ids).toHaveLength(40)
    expect(new Set(ids).size).toBe(40)
  },

  "gives a row whose lease ended to one of many callers": async ({ store, expect }) => {
    await ask(store)
    await claim(store, { at: START })
    const claims = await atOnce(16, () => claim(store, { at: LEASE_ENDS }))
    expect(claims.flat().map(({ attempt }) => attempt)).toEqual([2])
  },

  "takes a row at once that a clock ahead of ours has put off, and gives it no more than a life": async ({
    store,
    expect,
  }) => {
    const asked = await ask(store, { at: START + 2 * HOUR, deadline: START + 2 * HOUR + 10 * MINUTE })
    expect(await claim(store, { at: START })).toMatchObject([
      { outboxId: asked.request.outboxId, requestedAt: START + 2 * HOUR, deadline: START + HOUR },
    ])
    expect(await claim(store, { at: LEASE_ENDS })).toMatchObject([{ attempt: 2, deadline: START + HOUR }])
  },

  "takes no row from a holder whose clock is ahead until a lease of ours has passed": async ({ store, expect }) => {
    const asked = await ask(store, { at: START + 2 * HOUR })
    await claim(store, { at: START + 2 * HOUR })
    expect(await claim(store, { at: START })).toEqual([])
    expect(await claim(store, { at: LEASE_ENDS - 1 })).toEqual([])
    expect(await claim(store, { at: LEASE_ENDS })).toMatchObject([{ outboxId: asked.request.outboxId, attempt: 2 }])
  },

  "lets a holder whose clock is ahead settle what others have seen meanwhile": async ({ store, expect }) => {
    const mail = await mintFor(store, await ask(store, { at: START + 2 * HOUR }))
    await claim(store, { at: START })
    expect(await settleSent(store, mail)).toBe("settled")
    expect(await claim(store, { at: LEASE_ENDS })).toEqual([])
  },

  "leaves a row that waits for another try to its time": async ({ store, expect }) => {
    const asked = await ask(store)
    await settle(store, asked, (await lease(store, asked)).leaseId, failed(asked, START + 9 * MINUTE))
    expect(await claim(store, { at: START + 9 * MINUTE - 1 })).toEqual([])
    expect(await claim(store, { at: START + 9 * MINUTE })).toHaveLength(1)
  },

  "knows the user whose address it is": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const [atAda, atBob] = [
      await ask(store, { at: START + 5 * MINUTE }),
      await ask(store, { at: START + 5 * MINUTE, address: bob }),
    ]
    const items = await claim(store, { at: START + 5 * MINUTE })
    expect(items.find(({ outboxId }) => outboxId === atAda.request.outboxId)?.user).toEqual(user)
    expect(items.find(({ outboxId }) => outboxId === atBob.request.outboxId)?.user).toBe(null)
  },

  "knows that the user is disabled": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const at = START + 4 * MINUTE
    await store.users.setDisabled({
      userId: user.id,
      isDisabled: true,
      by: "application",
      client: { ip: null, userAgent: null },
      at,
    })
    const { item } = await lease(store, await ask(store, { at: at + SECOND }))
    expect(item.user).toEqual({ ...user, disabledAt: at })
  },

  "knows that somebody signed in with the address since it was asked for": async ({ store, expect }) => {
    const [before, stranger] = [await ask(store), await ask(store, { address: bob })]
    const mail = await mailTo(store)
    redeemedBy(await redeemLink(store, mail))
    const after = await ask(store, { at: START + 5 * MINUTE })
    const items = await claim(store, { at: START + 6 * MINUTE })
    const isClosed = (id: string) => items.find(({ outboxId }) => outboxId === id)?.isClosed
    expect([before, stranger, after].map(({ request }) => isClosed(request.outboxId))).toEqual([true, false, false])
  },
}

export const outboxSettleFacts: Facts = {
  "never comes back to a row that was sent, withheld or given up": async ({ store, expect }) => {
    await mailTo(store)
    const [withheld, gaveUp] = [await ask(store), await ask(store)]
    const { leaseId } = await lease(store, withheld)
    expect(await settle(store, withheld, leaseId, { status: "withheld", reason: "not_allowed" })).toBe("settled")
    expect(await settle(store, gaveUp, (await lease(store, gaveUp)).leaseId, failed(gaveUp, null))).toBe("settled")
    expect(await claim(store, { at: START + DAY })).toEqual([])
    expect(await store.outbox.backlog()).toEqual({ queued: 0, oldestAt: null })
  },

  "writes link_sent, link_withheld and send_failed": async ({ store, expect }) => {
    const [sent, withheld, later, gaveUp] = [await ask(store), await ask(store), await ask(store), await ask(store)]
    const requestId = withheld.request.requestId
    const mail = await mintFor(store, sent)
    const events = await eventsDuring(store, async () => {
      await settleSent(store, mail)
      await settle(store, withheld, (await lease(store, withheld)).leaseId, {
        status: "withheld",
        reason: "rate_limited",
      })
      await settle(store, later, (await lease(store, later)).leaseId, failed(later, START + MINUTE))
      await settle(store, gaveUp, (await lease(store, gaveUp)).leaseId, failed(gaveUp, null))
    })
    const failure = { attempt: 1, transport: "mailbox", reason: "smtp_450" }
    expect(events.map(({ type, detail }) => ({ type, detail }))).toEqual([
      {
        type: "link_sent",
        detail: { requestId: sent.request.requestId, linkId: mail.link.linkId, attempt: 1, transport: "mailbox" },
      },
      { type: "link_withheld", detail: { requestId, reason: "rate_limited" } },
      { type: "send_failed", detail: { requestId: later.request.requestId, ...failure, next: "later" } },
      { type: "send_failed", detail: { requestId: gaveUp.request.requestId, ...failure, next: "given_up" } },
    ])
    expect(events.map(({ person }) => person?.address)).toEqual([ada, ada, ada, ada])
    expect(events.map(({ at }) => at)).toEqual(Array(4).fill(START + SECOND))
  },

  "comes back to a failed row when it may be tried again, and not before": async ({ store, expect }) => {
    const asked = await ask(store)
    const { leaseId } = await lease(store, asked)
    const retryAt = START + 5 * SECOND
    expect(await settle(store, asked, leaseId, failed(asked, retryAt))).toBe("settled")
    expect(await claim(store, { at: retryAt - 1 })).toEqual([])
    expect(await claim(store, { at: retryAt })).toMatchObject([{ outboxId: asked.request.outboxId, attempt: 2 }])
  },

  "hands a released row on at once, as the same attempt and without an event": async ({ store, expect }) => {
    const asked = await ask(store)
    const { leaseId } = await lease(store, asked)
    const events = await eventsDuring(store, () => settle(store, asked, leaseId, { status: "released" }))
    expect(events).toEqual([])
    expect(await claim(store, { at: START + SECOND })).toMatchObject([{ outboxId: asked.request.outboxId, attempt: 1 }])
  },

  "writes nothing for a worker whose row somebody else holds": async ({ store, expect }) => {
    const asked = await ask(store)
    const mail = await mintFor(store, asked)
    await claim(store, { at: START + MINUTE })
    const events = await eventsDuring(store, async () => {
      for (const result of [
        { status: "released" },
        { status: "withheld", reason: "disabled" },
        failed(asked, null),
      ] as const) {
        expect(await settle(store, asked, mail.link.leaseId, result, START + MINUTE)).toBe("lease_lost")
      }
      expect(await settleSent(store, mail, START + MINUTE)).toBe("lease_lost")
    })
    expect(events).toEqual([])
    expect(await claim(store, { at: START + MINUTE })).toEqual([])
    expect(await claim(store, { at: START + 2 * MINUTE })).toMatchObject([{ attempt: 3 }])
  },

  "settles a row once": async ({ store, expect }) => {
    const mail = await mintFor(store, await ask(store))
    const events = await eventsDuring(store, async () => {
      const outcomes = await atOnce(16, () => settleSent(store, mail))
      expect(outcomes.filter((outcome) => outcome === "settled")).toHaveLength(1)
    })
    expect(said(events)).toMatchObject([{ type: "link_sent" }])
  },

  "knows no row under a made-up id": async ({ store, expect }) => {
    const asked = await ask(store)
    const { leaseId } = await lease(store, asked)
    const result = { status: "released" } as const
    expect(await store.outbox.settle({ outboxId: newId(), leaseId, at: START, result })).toBe("lease_lost")
    expect(await settle(store, asked, newId(), result)).toBe("lease_lost")
  },

  "ends the older links of a flow when a newer one is sent, and none of another flow": async ({ store, expect }) => {
    const [first, other] = [await mailTo(store), await mailTo(store)]
    const resent = await ask(store, { flowHash: first.flowHash, at: START + MINUTE })
    const second = await mintFor(store, resent)
    expect((await store.links.inspect(first.link.tokenHash))?.isSuperseded).toBe(false)
    await settleSent(store, second)
    expect((await store.links.inspect(first.link.tokenHash))?.isSuperseded).toBe(true)
    expect((await store.links.inspect(second.link.tokenHash))?.isSuperseded).toBe(false)
    expect((await store.links.inspect(other.link.tokenHash))?.isSuperseded).toBe(false)
  },

  "ends the link of a failed attempt when the next one is sent": async ({ store, expect }) => {
    const asked = await ask(store)
    const first = await mintFor(store, asked)
    await settle(store, asked, first.link.leaseId, failed(asked, START + 2 * SECOND))
    const second = await deliver(store, asked, { at: START + 2 * SECOND })
    expect((await store.links.inspect(first.link.tokenHash))?.isSuperseded).toBe(true)
    expect((await redeemLink(store, first)).status).toBe("superseded")
    expect((await redeemLink(store, second, { session: newSession(second.link.at) })).status).toBe("redeemed")
  },

  "keeps the newer link when the older mail is reported late": async ({ store, expect }) => {
    const slow = await mintFor(store, await ask(store))
    const second = await deliver(store, await ask(store, { flowHash: slow.flowHash, at: START + 5 * SECOND }))
    expect(await settleSent(store, slow, START + 10 * SECOND)).toBe("settled")
    expect((await redeemLink(store, second)).status).toBe("redeemed")
  },

  "says how many rows wait, and since when": async ({ store, expect }) => {
    expect(await store.outbox.backlog()).toEqual({ queued: 0, oldestAt: null })
    const first = await ask(store, { at: START + 1 })
    await ask(store, { at: START + 2 })
    expect(await store.outbox.backlog()).toEqual({ queued: 2, oldestAt: START + 1 })
    await deliver(store, first)
    expect(await store.outbox.backlog()).toEqual({ queued: 1, oldestAt: START + 2 })
  },

  "counts a row that will be tried again as waiting": async ({ store, expect }) => {
    const asked = await ask(store)
    await settle(store, asked, (await lease(store, asked)).leaseId, failed(asked, START + MINUTE))
    expect(await store.outbox.backlog()).toEqual({ queued: 1, oldestAt: START })
  },
}
