import { MINUTE } from "../../core/clock.ts"
import { MATCH_TRIES } from "../../core/links/match-number.ts"
import type { Store } from "../../core/store.ts"
import type { Facts } from "./lab.ts"
import { ada, ask, newFlowHash, phone, START } from "./steps/ask.ts"
import { type Mail, mailTo } from "./steps/deliver.ts"
import { eventsDuring, said } from "./steps/events.ts"
import { atOnce, elsewhere, redeemLink } from "./steps/redeem.ts"

const RIGHT = 42
const WRONG = 43

export const matchNumberFacts: Facts = {
  "burns nothing, and spends no try, in another browser without a number (P2)": async ({ store, expect }) => {
    const mail = await mailTo(store)
    for (const flowHash of [null, newFlowHash(), (await ask(store)).flowHash]) {
      const outcome = await redeemLink(store, mail, { flowHash })
      expect(outcome).toEqual({ status: "wrong_browser", triesLeft: MATCH_TRIES, wasTried: false })
    }
    expect(await store.links.inspect(mail.link.tokenHash)).toMatchObject({
      consumedAt: null,
      matchTriesLeft: MATCH_TRIES,
    })
    expect((await redeemLink(store, mail)).status).toBe("redeemed")
  },

  "writes consume_failed for another browser": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const events = await eventsDuring(store, () => redeemLink(store, mail, { ...elsewhere, client: phone }))
    const detail = { by: "magic_link", reason: "wrong_browser", linkId: mail.link.linkId }
    expect(said(events)).toEqual([{ type: "consume_failed", detail }])
    expect(events[0]?.person?.ip).toBe(phone.ip)
  },

  "signs in another browser with the right number": async ({ store, expect }) => {
    const mail = await mailTo(store, { matchNumber: 10 })
    const outcome = await redeemLink(store, mail, { ...elsewhere, matchNumber: 10, client: phone })
    expect(outcome).toMatchObject({ status: "redeemed", user: { email: ada }, session: { ip: phone.ip } })
  },

  "signs in a browser that holds a flow of its own with the right number": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const outcome = await redeemLink(store, mail, { flowHash: (await ask(store)).flowHash, matchNumber: RIGHT })
    expect(outcome.status).toBe("redeemed")
  },

  "takes the right number after wrong ones, while tries are left": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const outcome = await guess(store, mail, WRONG)
    expect(outcome).toEqual({ status: "wrong_browser", triesLeft: MATCH_TRIES - 1, wasTried: true })
    expect((await guess(store, mail, WRONG)).status).toBe("wrong_browser")
    expect((await guess(store, mail, RIGHT)).status).toBe("redeemed")
  },

  "works only where it was asked for after three wrong numbers": async ({ store, expect }) => {
    const mail = await mailTo(store)
    for (const triesLeft of [2, 1, 0]) {
      expect(await guess(store, mail, WRONG)).toEqual({ status: "wrong_browser", triesLeft, wasTried: true })
    }
    expect(await guess(store, mail, RIGHT)).toMatchObject({ status: "wrong_browser", triesLeft: 0 })
    expect(await redeemLink(store, mail, elsewhere)).toMatchObject({ status: "wrong_browser", triesLeft: 0 })
    expect((await store.links.inspect(mail.link.tokenHash))?.consumedAt).toBe(null)
    expect((await redeemLink(store, mail)).status).toBe("redeemed")
  },

  "asks for no number in the browser that asked": async ({ store, expect }) => {
    const mail = await mailTo(store)
    expect((await redeemLink(store, mail, { matchNumber: WRONG })).status).toBe("redeemed")
  },

  "takes the number of the link's own request": async ({ store, expect }) => {
    const mail = await mailTo(store, { matchNumber: 11 })
    await mailTo(store, { matchNumber: 12 })
    expect((await guess(store, mail, 12)).status).toBe("wrong_browser")
    expect((await guess(store, mail, 11)).status).toBe("redeemed")
  },

  "spends exactly three tries on 64 wrong numbers at once": async ({ store, expect }) => {
    const mail = await mailTo(store, { matchNumber: 99 })
    const outcomes = await atOnce(64, (i) => guess(store, mail, 10 + i))
    const left = outcomes.map((outcome) => (outcome.status === "wrong_browser" ? outcome.triesLeft : -1))
    expect(left.filter((tries) => tries > 0).sort()).toEqual([1, 2])
    expect(left.filter((tries) => tries === 0)).toHaveLength(62)
    expect((await guess(store, mail, 99)).status).toBe("wrong_browser")
    expect((await redeemLink(store, mail)).status).toBe("redeemed")
  },

  "refuses the right number from the moment that the link expires": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const outcome = await redeemLink(store, mail, { ...elsewhere, matchNumber: RIGHT, at: mail.link.expiresAt })
    expect(outcome.status).not.toBe("redeemed")
    expect(await store.users.find({ address: ada })).toBe(null)
  },

  "lets one of 64 browsers with the right number in": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const outcomes = await atOnce(64, () => guess(store, mail, RIGHT))
    expect(outcomes.filter(({ status }) => status === "redeemed")).toHaveLength(1)
    const { id } = (await store.users.find({ address: ada })) ?? { id: "" }
    expect(await store.sessions.list({ userId: id, at: START + 5 * MINUTE })).toHaveLength(1)
  },
}

function guess(store: Store, mail: Mail, matchNumber: number) {
  return redeemLink(store, mail, { ...elsewhere, matchNumber })
}
