import { MINUTE, SECOND } from "../../core/clock.ts"
import { CODE_TRIES } from "../../core/links/code.ts"
import type { Facts } from "./lab.ts"
import { ada, ask, bob, newFlowHash, phone, START, someLimit } from "./steps/ask.ts"
import { mailTo, mintFor, newCodeHash } from "./steps/deliver.ts"
import { eventsDuring, said } from "./steps/events.ts"
import { atOnce, newSession, redeemCode, redeemedBy, signIn, tally } from "./steps/redeem.ts"

export const codeFacts: Facts = {
  "signs in with the right code": async ({ store, expect }) => {
    const mail = await mailTo(store, { next: "/cart" })
    const at = mail.link.at + MINUTE
    const session = newSession(at)
    const redeemed = redeemedBy(await redeemCode(store, mail, { at, session, client: phone }))
    expect(redeemed).toMatchObject({ isNewUser: true, next: "/cart", user: { email: ada, displayName: "Ada" } })
    const { id, device, idleExpiresAt, expiresAt } = session
    const times = { createdAt: at, lastSeenAt: at, provenAt: at, idleExpiresAt, expiresAt }
    expect(redeemed.session).toEqual({
      id,
      userId: redeemed.user.id,
      provider: "email_code",
      device,
      ip: phone.ip,
      ...times,
    })
  },

  "writes what happened, by code": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const session = newSession(mail.link.at + MINUTE)
    const events = await eventsDuring(store, () => redeemCode(store, mail, { session, client: phone }))
    expect(said(events)).toEqual([
      {
        type: "link_consumed",
        detail: { requestId: mail.request.requestId, linkId: mail.link.linkId, by: "email_code" },
      },
      { type: "provider_used", detail: { provider: "email_code", isFirst: true } },
      { type: "session_created", detail: { sessionId: session.id, provider: "email_code" } },
      { type: "user_created", detail: {} },
    ])
    for (const event of events) expect(event.person).toEqual({ address: ada, ...phone })
  },

  "takes a code made with an older secret": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const outcome = await redeemCode(store, mail, { codeHashes: [newCodeHash(), mail.link.codeHash] })
    expect(outcome.status).toBe("redeemed")
  },

  "costs one try for all hashes of one wrong code": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const outcome = await redeemCode(store, mail, { codeHashes: [newCodeHash(), newCodeHash(), newCodeHash()] })
    expect(outcome).toEqual({ status: "wrong_code", triesLeft: CODE_TRIES - 1 })
  },

  "takes a code from the moment of minting": async ({ store, expect }) => {
    const mail = await mintFor(store, await ask(store))
    expect((await redeemCode(store, mail)).status).toBe("redeemed")
  },

  "takes a code in its own flow only": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const [sameAddress, stranger] = [await mailTo(store), await mailTo(store, { address: bob })]
    const wrong = { status: "wrong_code", triesLeft: CODE_TRIES - 1 }
    expect(await redeemCode(store, mail, { flowHash: sameAddress.flowHash })).toEqual(wrong)
    expect(await redeemCode(store, mail, { flowHash: stranger.flowHash })).toEqual(wrong)
    expect((await redeemCode(store, mail)).status).toBe("redeemed")
  },

  "knows no flow that nobody asked in": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const events = await eventsDuring(store, async () => {
      expect(await redeemCode(store, mail, { flowHash: newFlowHash() })).toEqual({ status: "unknown" })
    })
    expect(said(events)).toEqual([
      { type: "consume_failed", detail: { by: "email_code", reason: "unknown", linkId: null } },
    ])
  },

  "tells only the right code that it expired": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const at = mail.link.expiresAt
    expect((await redeemCode(store, mail, { at, codeHashes: [newCodeHash()] })).status).toBe("wrong_code")
    const events = await eventsDuring(store, async () => {
      expect(await redeemCode(store, mail, { at })).toEqual({ status: "expired" })
    })
    expect(events).toMatchObject([{ type: "consume_failed", detail: { by: "email_code", reason: "expired" } }])
    expect(await store.users.find({ address: ada })).toBe(null)
  },

  "redeems a code up to the last millisecond": async ({ store, expect }) => {
    const mail = await mailTo(store)
    expect((await redeemCode(store, mail, { at: mail.link.expiresAt - 1 })).status).toBe("redeemed")
  },

  "tells only the right code that it was used": async ({ store, expect }) => {
    const mail = await mailTo(store)
    redeemedBy(await redeemCode(store, mail))
    expect((await redeemCode(store, mail, { codeHashes: [newCodeHash()] })).status).not.toBe("used")
    const events = await eventsDuring(store, async () => {
      expect(await redeemCode(store, mail)).toEqual({ status: "used" })
    })
    expect(events).toMatchObject([{ type: "consume_failed", detail: { by: "email_code", reason: "used" } }])
  },

  "refuses a disabled user": async ({ store, expect }) => {
    const { user } = await signIn(store)
    await store.users.setDisabled({
      userId: user.id,
      isDisabled: true,
      by: "application",
      client: phone,
      at: START + 5 * MINUTE,
    })
    const mail = await mailTo(store, { at: START + 6 * MINUTE })
    const events = await eventsDuring(store, async () => {
      expect(await redeemCode(store, mail)).toEqual({ status: "refused" })
    })
    expect(events).toMatchObject([{ type: "consume_failed", detail: { by: "email_code", reason: "disabled" } }])
    expect(await store.sessions.list({ userId: user.id, at: START + 8 * MINUTE })).toEqual([])
  },

  "ends the session that the browser held": async ({ store, expect }) => {
    const { user, session, tokenHash } = await signIn(store)
    const mail = await mailTo(store, { at: START + 5 * MINUTE })
    const redeemed = redeemedBy(await redeemCode(store, mail, { replaces: tokenHash }))
    expect(redeemed.session.id).not.toBe(session.id)
    expect(await store.sessions.list({ userId: user.id, at: mail.link.at + MINUTE })).toEqual([redeemed.session])
  },

  "refuses a client above its limit without costing a try": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const limit = someLimit("redeem_client", { max: 1, windowMs: MINUTE })
    const at = mail.link.at + SECOND
    expect(await redeemCode(store, mail, { limit, at, codeHashes: [newCodeHash()] })).toMatchObject({
      triesLeft: CODE_TRIES - 1,
    })
    const quota = { name: "redeem_client", max: 1, windowMs: MINUTE, remaining: 0, resetAt: at + MINUTE }
    const tried = [[newCodeHash()], [mail.link.codeHash]]
    for (const [index, codeHashes] of tried.entries()) {
      expect(await redeemCode(store, mail, { limit, at: at + 1, codeHashes })).toEqual({
        status: "rate_limited",
        quota,
        isReported: index === 0,
      })
    }
    expect((await store.requests.latest(mail.flowHash))?.codeTriesLeft).toBe(CODE_TRIES - 1)
    expect((await redeemCode(store, mail, { limit, at: at + MINUTE })).status).toBe("redeemed")
  },
}

export const codeTryFacts: Facts = {
  "counts a wrong code down and writes consume_failed": async ({ store, expect }) => {
    const mail = await mailTo(store)
    for (const triesLeft of [4, 3, 2, 1, 0]) {
      const events = await eventsDuring(store, async () => {
        expect(await redeemCode(store, mail, { codeHashes: [newCodeHash()] })).toEqual({
          status: "wrong_code",
          triesLeft,
        })
      })
      expect(events).toMatchObject([{ type: "consume_failed", detail: { by: "email_code", reason: "wrong_code" } }])
      expect((await store.requests.latest(mail.flowHash))?.codeTriesLeft).toBe(triesLeft)
    }
  },

  "refuses the right code after five wrong ones (TOK-7)": async ({ store, expect }) => {
    const mail = await mailTo(store)
    for (let i = 0; i < CODE_TRIES; i++) await redeemCode(store, mail, { codeHashes: [newCodeHash()] })
    expect(await redeemCode(store, mail)).toEqual({ status: "wrong_code", triesLeft: 0 })
    expect(await store.users.find({ address: ada })).toBe(null)
  },

  "takes the right code as the fifth try": async ({ store, expect }) => {
    const mail = await mailTo(store)
    for (let i = 1; i < CODE_TRIES; i++) await redeemCode(store, mail, { codeHashes: [newCodeHash()] })
    expect((await redeemCode(store, mail)).status).toBe("redeemed")
  },

  "answers wrong codes the same whether or not a mail was sent (P4)": async ({ store, expect }) => {
    const sent = await mailTo(store)
    const withheld = await ask(store, { address: bob })
    for (let i = 0; i < CODE_TRIES + 2; i++) {
      const wrong = { at: START + 2 * MINUTE, codeHashes: [newCodeHash()] }
      const [withMail, without] = [
        await redeemCode(store, sent, wrong),
        await redeemCode(store, { ...sent, ...withheld }, wrong),
      ]
      expect(without).toEqual(withMail)
    }
  },

  "spends exactly five tries on 64 wrong codes at once (TOK-7)": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const outcomes = await atOnce(64, () => redeemCode(store, mail, { codeHashes: [newCodeHash()] }))
    const left = outcomes.map((outcome) => (outcome.status === "wrong_code" ? outcome.triesLeft : -1))
    expect(left.filter((tries) => tries > 0).sort()).toEqual([1, 2, 3, 4])
    expect(left.filter((tries) => tries === 0)).toHaveLength(60)
    expect((await store.requests.latest(mail.flowHash))?.codeTriesLeft).toBe(0)
    expect(await redeemCode(store, mail)).toEqual({ status: "wrong_code", triesLeft: 0 })
  },

  "gives no new tries to resends that race with wrong codes": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const { flowHash } = mail
    const wrong = () => redeemCode(store, mail, { codeHashes: [newCodeHash()] })
    const outcomes = await atOnce<{ status: string }>(64, async (i) =>
      i % 2 === 0 ? wrong() : (await ask(store, { flowHash })).outcome,
    )
    const left = outcomes.flatMap((outcome) => ("triesLeft" in outcome ? [outcome.triesLeft] : []))
    expect(left.filter((tries) => tries !== 0).sort()).toEqual([1, 2, 3, 4])
    expect((await store.requests.latest(flowHash))?.codeTriesLeft).toBe(0)
  },

  "lets one of 64 right codes in, twenty times over": async ({ store, expect }) => {
    for (let round = 0; round < 20; round++) {
      const mail = await mailTo(store, { at: START + round * 5 * MINUTE })
      const outcomes = await atOnce(64, () => redeemCode(store, mail))
      expect(tally(outcomes), `round ${round}`).toEqual({ redeemed: 1, used: 63 })
    }
  },

  "costs the link nothing when the codes are spent": async ({ store, expect }) => {
    const mail = await mailTo(store)
    for (let i = 0; i < CODE_TRIES; i++) await redeemCode(store, mail, { codeHashes: [newCodeHash()] })
    expect(await store.links.inspect(mail.link.tokenHash)).toMatchObject({ consumedAt: null, isSuperseded: false })
  },
}
