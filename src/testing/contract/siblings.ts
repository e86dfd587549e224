import { MINUTE, SECOND } from "../../core/clock.ts"
import type { Facts } from "./lab.ts"
import { ada, addressOf, ask, bob, laptop, START } from "./steps/ask.ts"
import { deliver, type Mail, mailTo, mintFor } from "./steps/deliver.ts"
import { eventsOf } from "./steps/events.ts"
import { atOnce, elsewhere, redeemCode, redeemedBy, redeemLink, tally } from "./steps/redeem.ts"

/** What signing in does to the other links and codes of the same address. */
export const siblingFacts: Facts = {
  "ends every other link of the address, in whatever flow": async ({ store, expect }) => {
    const [first, second, stranger] = [await mailTo(store), await mailTo(store), await mailTo(store, { address: bob })]
    redeemedBy(await redeemLink(store, first))
    expect((await store.links.inspect(second.link.tokenHash))?.isSuperseded).toBe(true)
    expect((await store.links.inspect(stranger.link.tokenHash))?.isSuperseded).toBe(false)
    expect(await redeemLink(store, second)).toEqual({ status: "superseded", address: ada, next: null })
    expect((await redeemLink(store, second, { ...elsewhere, matchNumber: 42 })).status).not.toBe("redeemed")
    expect((await redeemLink(store, stranger)).status).toBe("redeemed")
  },

  "ends the other links by code as by link": async ({ store, expect }) => {
    const [first, second] = [await mailTo(store), await mailTo(store)]
    redeemedBy(await redeemCode(store, first))
    expect((await redeemLink(store, second)).status).toBe("superseded")
  },

  "ends the codes of the address with its links": async ({ store, expect }) => {
    const [first, second] = [await mailTo(store), await mailTo(store)]
    redeemedBy(await redeemLink(store, first))
    expect(await redeemCode(store, second)).toEqual({ status: "superseded" })
  },

  "ends a link that was minted and not yet reported as sent": async ({ store, expect }) => {
    const [first, second] = [await mailTo(store), await mintFor(store, await ask(store))]
    redeemedBy(await redeemLink(store, first))
    expect((await redeemLink(store, second)).status).toBe("superseded")
  },

  "ends older links and keeps later ones": async ({ store, expect }) => {
    const first = await mailTo(store)
    redeemedBy(await redeemLink(store, first))
    const later = await mailTo(store, { at: START + 5 * MINUTE })
    expect((await redeemLink(store, later)).status).toBe("redeemed")
  },

  "ends every link and code of the address when its person signs out everywhere (TOK-10)": async ({
    store,
    expect,
  }) => {
    const { user } = redeemedBy(await redeemLink(store, await mailTo(store)))
    const [mail, other, stranger] = [await mailTo(store), await mailTo(store), await mailTo(store, { address: bob })]
    const all = {
      userId: user.id,
      sessionId: "all",
      reason: "signed_out_everywhere",
      client: laptop,
      at: START,
    } as const
    expect(await store.sessions.revoke(all)).toBe(1)
    expect((await redeemLink(store, mail)).status).toBe("superseded")
    expect(await redeemCode(store, other)).toEqual({ status: "superseded" })
    expect((await redeemLink(store, stranger)).status).toBe("redeemed")
  },

  "uses the code up with its link": async ({ store, expect }) => {
    const mail = await mailTo(store)
    redeemedBy(await redeemLink(store, mail))
    expect(await redeemCode(store, mail)).toEqual({ status: "used" })
  },

  "uses the link up with its code": async ({ store, expect }) => {
    const mail = await mailTo(store)
    redeemedBy(await redeemCode(store, mail))
    expect((await redeemLink(store, mail)).status).toBe("used")
  },

  "refuses the code of an older mail of the flow, and takes the newer one's": async ({ store, expect }) => {
    const old = await mailTo(store)
    const newer = await deliver(store, await ask(store, { flowHash: old.flowHash, at: START + 2 * SECOND }))
    expect(await redeemCode(store, old)).toEqual({ status: "superseded" })
    expect((await redeemCode(store, newer)).status).toBe("redeemed")
  },

  "takes the code of the older mail while the newer one isn't sent": async ({ store, expect }) => {
    const old = await mailTo(store)
    await ask(store, { flowHash: old.flowHash, at: START + 2 * SECOND })
    expect((await redeemCode(store, old)).status).toBe("redeemed")
  },

  "lets one in when link and code of a mail race, twenty times over": async ({ store, expect }) => {
    for (let round = 0; round < 20; round++) {
      const mail = await mailTo(store, { address: addressOf(`ada${round}@example.com`), at: START + round * MINUTE })
      const outcomes = await atOnce<{ status: string }>(16, (i) =>
        i % 2 === 0 ? redeemLink(store, mail) : redeemCode(store, mail),
      )
      expect(tally(outcomes), `round ${round}`).toEqual({ redeemed: 1, used: 15 })
    }
  },

  "lets one in when links of one address race, and makes one user": async ({ store, expect }) => {
    const asked = await atOnce(8, () => ask(store))
    const mails: Mail[] = []
    for (const one of asked) mails.push(await deliver(store, one))
    const outcomes = await Promise.all(mails.map((mail) => redeemLink(store, mail)))
    expect(tally(outcomes)).toEqual({ redeemed: 1, superseded: 7 })
    expect((await eventsOf(store)).filter(({ type }) => type === "user_created")).toHaveLength(1)
  },
}
