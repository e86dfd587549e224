import { HOUR, MINUTE, SECOND } from "../../core/clock.ts"
import type { Facts } from "./lab.ts"
import { addressOf, ask, askLimits, laptop, newId, openRequest, START, someLimit } from "./steps/ask.ts"
import { claim, type Mail, mailTo, mintLink } from "./steps/deliver.ts"
import { eventsDuring, typesOf } from "./steps/events.ts"
import { atOnce, newSession, redeemLink, signIn } from "./steps/redeem.ts"

const MANY = 40
const FAULTY = new Set([0, 17, 39])

/** Decisions that arrive together may share a commit; a fault of one must stay its own (P5). */
export const neighbourFacts: Facts = {
  "opens the requests beside one that fails": async ({ store, expect }) => {
    const taken = await ask(store)
    const requests = Array.from({ length: MANY }, (_, i) =>
      openRequest({ at: START + i, ...(FAULTY.has(i) && { outboxId: taken.request.outboxId }) }),
    )
    const events = await eventsDuring(store, async () => {
      expect(await fates(requests.map((request) => store.requests.open(request)))).toEqual(fatesWanted())
    })
    expect(typesOf(events)).toEqual(Array(MANY - FAULTY.size).fill("link_requested"))
    for (const [i, { freshFlowHash, requestId }] of requests.entries()) {
      const latest = await store.requests.latest(freshFlowHash)
      if (FAULTY.has(i)) expect(latest).toBe(null)
      else expect(latest?.requestId).toBe(requestId)
    }
    expect((await store.outbox.backlog()).queued).toBe(1 + MANY - FAULTY.size)
  },

  "takes no limit for a request that fails": async ({ store, expect }) => {
    const taken = await ask(store)
    const limits = askLimits({ client: someLimit("ask_client", { max: 2, windowMs: HOUR }) })
    const faulty = openRequest({ limits, outboxId: taken.request.outboxId })
    await fates(Array.from({ length: 5 }, () => store.requests.open(faulty)))
    expect((await ask(store, { limits })).outcome).toMatchObject({ status: "opened", quota: { remaining: 1 } })
  },

  "mints beside a link whose token is there already": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const asked = await atOnce(MANY, () => ask(store))
    const leaseId = newId()
    const at = START + SECOND
    await claim(store, { at, leaseId })
    const links = asked.map((one, i) => mintLink(one, leaseId, FAULTY.has(i) ? { tokenHash: mail.link.tokenHash } : {}))
    expect(await fates(links.map((link) => store.links.mint(link)))).toEqual(fatesWanted())
    for (const [i, { tokenHash, linkId }] of links.entries())
      if (!FAULTY.has(i)) expect((await store.links.inspect(tokenHash))?.linkId).toBe(linkId)
    expect((await store.links.inspect(mail.link.tokenHash))?.linkId).toBe(mail.link.linkId)
  },

  "signs in beside a press that fails, which uses nothing up": async ({ store, expect }) => {
    const { tokenHash } = await signIn(store)
    const mails: Mail[] = []
    for (let i = 0; i < MANY; i++)
      mails.push(await mailTo(store, { address: addressOf(`u${i}@example.com`), at: START + i * MINUTE }))
    const events = await eventsDuring(store, async () => {
      const presses = mails.map((mail, i) => {
        const at = mail.link.at + MINUTE
        const session = newSession(at, FAULTY.has(i) ? { tokenHash } : {})
        return redeemLink(store, mail, { at, session })
      })
      expect(await fates(presses)).toEqual(fatesWanted())
    })
    expect(typesOf(events).filter((type) => type === "session_created")).toHaveLength(MANY - FAULTY.size)
    expect(events).toHaveLength(4 * (MANY - FAULTY.size))
    for (const mail of mails.filter((_, i) => FAULTY.has(i))) {
      expect(await store.users.find({ address: mail.request.address })).toBe(null)
      expect((await redeemLink(store, mail)).status).toBe("redeemed")
    }
  },

  "makes no user under an id that is taken": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const address = addressOf("eve@example.com")
    const mail = await mailTo(store, { address, at: START + HOUR })
    const other = addressOf("zoe@example.com")
    const beside = await mailTo(store, { address: other, at: START + HOUR })
    const presses = [redeemLink(store, mail, { newUserId: user.id }), redeemLink(store, beside)]
    expect(await fates(presses)).toEqual(["rejected", "fulfilled"])
    expect(await store.users.find({ userId: user.id })).toEqual(user)
    expect(await store.users.find({ address })).toBe(null)
    expect((await store.users.find({ address: other }))?.email).toBe(other)
  },

  "goes on after a decision that failed alone": async ({ store, expect }) => {
    const { request } = await ask(store)
    for (let i = 0; i < 3; i++) {
      expect(await fates([store.requests.open(openRequest({ outboxId: request.outboxId }))])).toEqual(["rejected"])
      await store.ping()
      const limit = someLimit("redeem_client", { max: 1, windowMs: HOUR })
      expect((await store.limits.take({ limit, address: null, client: laptop, at: START })).status).toBe("admitted")
    }
  },
}

async function fates(decisions: readonly Promise<unknown>[]): Promise<readonly string[]> {
  return (await Promise.allSettled(decisions)).map(({ status }) => status)
}

function fatesWanted(): readonly string[] {
  return Array.from({ length: MANY }, (_, i) => (FAULTY.has(i) ? "rejected" : "fulfilled"))
}
