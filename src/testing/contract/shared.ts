import type { AuditEvent } from "../../core/audit/event.ts"
import { DAY, HOUR, MINUTE } from "../../core/clock.ts"
import type { Facts } from "./lab.ts"
import { ada, addressOf, ask, laptop, openRequest, START, someLimit } from "./steps/ask.ts"
import { claim, mailTo, mintFor, newCodeHash, settleSent } from "./steps/deliver.ts"
import { eventsOf } from "./steps/events.ts"
import { atOnce, redeemCode, redeemLink, signIn, tally } from "./steps/redeem.ts"
import { sweep } from "./steps/sweep.ts"

/** What holds over several stores on one database: one after the other, or side by side as processes are. */
export const sharedFacts: Facts = {
  "keeps everything when it is opened again": async ({ store, open, close, expect }) => {
    const browser = await signIn(store)
    const mail = await mailTo(store, { at: START + 5 * MINUTE })
    const limit = someLimit("redeem_client", { max: 1, windowMs: HOUR })
    await store.limits.take({ limit, address: null, client: laptop, at: START })
    const owed = await ask(store, { at: START + 5 * MINUTE, address: addressOf("bob@example.com") })
    const events = await eventsOf(store)
    await close(store)

    const again = await open()
    expect(await again.migrate()).toEqual([])
    const at = START + 6 * MINUTE
    const check = { tokenHash: browser.tokenHash, at, idleTtl: HOUR, touchEvery: HOUR }
    expect(await again.sessions.check(check)).toEqual({ user: browser.user, session: browser.session })
    expect((await again.limits.take({ limit, address: null, client: laptop, at })).status).toBe("refused")
    expect(await claim(again, { at })).toMatchObject([{ outboxId: owed.request.outboxId }])
    expect(await eventsOf(again, events.at(-1)?.seq)).toMatchObject([{ type: "rate_limited" }])
    expect((await eventsOf(again)).slice(0, events.length)).toEqual(events)
    expect((await redeemLink(again, mail)).status).toBe("redeemed")
  },

  "lets one of 64 presses over two stores in, twenty times over (P1)": async ({ store, open, expect }) => {
    const stores = [store, await open()] as const
    for (let round = 0; round < 20; round++) {
      const mail = await mailTo(store, { address: addressOf(`ada${round}@example.com`), at: START + round * MINUTE })
      const outcomes = await atOnce(64, (i) => redeemLink(stores[i % 2 === 0 ? 0 : 1], mail))
      expect(tally(outcomes), `round ${round}`).toEqual({ redeemed: 1, used: 63 })
    }
  },

  "spends exactly five tries on wrong codes over two stores (TOK-7)": async ({ store, open, expect }) => {
    const stores = [store, await open()] as const
    const mail = await mailTo(store)
    const outcomes = await atOnce(64, (i) =>
      redeemCode(stores[i % 2 === 0 ? 0 : 1], mail, { codeHashes: [newCodeHash()] }),
    )
    const left = outcomes.map((outcome) => (outcome.status === "wrong_code" ? outcome.triesLeft : -1))
    expect(left.filter((tries) => tries > 0).sort()).toEqual([1, 2, 3, 4])
    expect((await redeemCode(stores[1], mail)).status).toBe("wrong_code")
  },

  "admits exactly the limit of 200 takes over two stores (P8)": async ({ store, open, expect }) => {
    const stores = [store, await open()] as const
    const limit = someLimit("redeem_client", { max: 17, windowMs: MINUTE })
    const take = { limit, address: ada, client: laptop, at: START }
    expect(tally(await atOnce(200, (i) => stores[i % 2 === 0 ? 0 : 1].limits.take(take)))).toEqual({
      admitted: 17,
      refused: 183,
    })
    expect((await eventsOf(store)).map(({ type }) => type)).toEqual(["rate_limited"])
  },

  "gives no row of the outbox to two stores": async ({ store, open, expect }) => {
    const stores = [store, await open()] as const
    await atOnce(40, () => ask(store))
    const claims = await atOnce(20, (i) => claim(stores[i % 2 === 0 ? 0 : 1], { at: START, max: 4 }))
    const ids = claims.flat().map(({ outboxId }) => outboxId)
    expect(ids).toHaveLength(40)
    expect(new Set(ids).size).toBe(40)
  },

  "goes on with the mail of a store that fell silent": async ({ store, open, expect }) => {
    const other = await open()
    const slow = await mintFor(store, await ask(store))
    expect(await claim(other, { at: START + MINUTE })).toMatchObject([{ outboxId: slow.request.outboxId, attempt: 2 }])
    expect(await settleSent(store, slow, START + MINUTE)).toBe("lease_lost")
  },

  "sees in one store at once what another decided (P10)": async ({ store, open, expect, staleMs }) => {
    const other = await open()
    const { user, tokenHash } = await signIn(store)
    const check = { tokenHash, at: START + 5 * MINUTE, idleTtl: HOUR, touchEvery: MINUTE }
    expect((await other.sessions.check(check))?.user).toEqual(user)
    await store.sessions.revoke({
      userId: user.id,
      sessionId: "all",
      reason: "signed_out",
      client: laptop,
      at: check.at,
    })
    if (staleMs > 0) await new Promise((resolve) => setTimeout(resolve, staleMs))
    expect(await other.sessions.check({ ...check, at: check.at + staleMs })).toBe(null)
  },

  "tells listeners only what their own store committed": async ({ store, open, expect }) => {
    const other = await open()
    const mine = openRequest()
    const heard: AuditEvent[] = []
    const heardMine = new Promise((resolve) => {
      other.audit.onCommitted((event) => resolve(heard.push(event)))
    })
    await atOnce(10, () => store.requests.open(openRequest()))
    await other.requests.open(mine)
    await heardMine
    expect(heard).toMatchObject([{ type: "link_requested", detail: { requestId: mine.requestId } }])
  },

  "sweeps each row once, whichever stores do it at once": async ({ store, open, expect }) => {
    const stores = [store, await open(), await open()] as const
    for (let i = 0; i < 30; i++) await signIn(store, { address: addressOf(`ada${i}@example.com`) })
    const live = await signIn(store, { at: START + 30 * DAY })
    const at = START + 30 * DAY
    const swept = await atOnce(12, (i) =>
      sweep(stores[i % stores.length] ?? store, { at, max: 10, askedBefore: at, endedBefore: at }),
    )
    const total = (kind: "requests" | "sessions") => swept.reduce((sum, one) => sum + one[kind], 0)
    expect({ requests: total("requests"), sessions: total("sessions") }).toEqual({ requests: 30, sessions: 30 })
    const check = { tokenHash: live.tokenHash, at: at + 2 * MINUTE, idleTtl: HOUR, touchEvery: HOUR }
    expect((await store.sessions.check(check))?.session.id).toBe(live.session.id)
  },
}
