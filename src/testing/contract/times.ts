import { DAY, HOUR, MINUTE } from "../../core/clock.ts"
import type { Facts } from "./lab.ts"
import { ada, ask, bob, laptop, newFlowHash, newId, someLimit } from "./steps/ask.ts"
import { claim, deliver, mintLink } from "./steps/deliver.ts"
import { eventsOf } from "./steps/events.ts"
import { newSession, redeemedBy, redeemLink } from "./steps/redeem.ts"

/** The last millisecond that an id can name, in the year 10889. */
const LAST = 2 ** 48 - 1
/** Later than any time: for what never ends. */
const NEVER = Number.MAX_SAFE_INTEGER - 1

export const timeFacts: Facts = {
  "signs in at the first and at the last millisecond there is": async ({ store, expect }) => {
    for (const [address, at] of [
      [ada, 0],
      [bob, LAST],
    ] as const) {
      const ids = { requestId: newId(), outboxId: newId(), freshFlowHash: newFlowHash() }
      const asked = await ask(store, { ...ids, address, at, deadline: NEVER })
      const mail = await deliver(store, asked, { at, linkId: newId(), leaseId: await leased(at), expiresAt: NEVER })
      const times = { idleExpiresAt: NEVER, expiresAt: NEVER }
      const session = newSession(at, { id: newId(), ...times })
      const redeemed = redeemedBy(await redeemLink(store, mail, { at, session, newUserId: newId() }))
      expect(redeemed).toMatchObject({ user: { createdAt: at }, session: { createdAt: at, lastSeenAt: at, ...times } })
      const check = { tokenHash: session.tokenHash, at, idleTtl: HOUR, touchEvery: HOUR }
      expect(await store.sessions.check(check)).toEqual({ user: redeemed.user, session: redeemed.session })
      const signedIn = await store.sessions.listAll({ after: null, max: 9, at })
      expect(signedIn.map(({ session: { id } }) => id)).toContain(session.id)
      expect(
        new Set((await eventsOf(store)).filter((event) => event.userId === redeemed.user.id).map((event) => event.at)),
      ).toEqual(new Set([at]))
    }

    async function leased(at: number): Promise<string> {
      const leaseId = newId()
      await store.outbox.claim({ leaseId, leaseUntil: NEVER, max: 9, at, latestDeadline: NEVER })
      return leaseId
    }
  },

  "counts a limit at the first and at the last millisecond there is": async ({ store, expect }) => {
    for (const at of [0, LAST]) {
      const limit = someLimit("redeem_client", { max: 2, windowMs: 365 * DAY })
      const take = { limit, address: null, client: laptop, at }
      const outcomes = [await store.limits.take(take), await store.limits.take(take), await store.limits.take(take)]
      expect(outcomes.map(({ status }) => status)).toEqual(["admitted", "admitted", "refused"])
      expect(outcomes[2]?.quota.resetAt).toBe(at + 365 * DAY)
    }
    expect((await eventsOf(store)).map(({ type, at }) => [type, at])).toEqual([
      ["rate_limited", 0],
      ["rate_limited", LAST],
    ])
  },

  "keeps what is a long way off: a lease, a deadline, a retry": async ({ store, expect }) => {
    const asked = await ask(store, { deadline: NEVER })
    const { at } = asked.request
    const [item] = await store.outbox.claim({ leaseId: "lease", leaseUntil: NEVER, max: 1, at, latestDeadline: NEVER })
    expect(item?.deadline).toBe(NEVER)
    expect(await claim(store, { at: LAST, leaseId: "other" })).toEqual([])
    expect(await store.links.mint(mintLink(asked, "lease", { at, expiresAt: NEVER }))).toEqual({ status: "minted" })
  },

  "takes times in any order, as clocks of several machines give them": async ({ store, expect }) => {
    const late = await ask(store)
    const { at } = late.request
    const early = await ask(store, { at: at - HOUR })
    expect(await store.requests.latest(early.flowHash)).toMatchObject({ requestedAt: at - HOUR })
    const mail = await deliver(store, early, { at: at - MINUTE })
    expect((await redeemLink(store, mail, { at: at - 2 * MINUTE })).status).toBe("redeemed")
    // The one before it in the order of asking is over, though its time is later.
    const items = await claim(store, { at })
    expect(items).toMatchObject([{ outboxId: late.request.outboxId, isClosed: true }])
  },
}
