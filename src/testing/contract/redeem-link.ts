import { HOUR, MINUTE, SECOND } from "../../core/clock.ts"
import { createToken, hashToken } from "../../core/links/token.ts"
import { systemRandom } from "../../core/random.ts"
import type { Facts } from "./lab.ts"
import { ada, addressOf, ask, bob, newId, phone, START, someLimit } from "./steps/ask.ts"
import { deliver, type Mail, mailTo } from "./steps/deliver.ts"
import { eventsDuring, said, typesOf } from "./steps/events.ts"
import { atOnce, newSession, redeemedBy, redeemLink, signIn, tally } from "./steps/redeem.ts"

export const redeemLinkFacts: Facts = {
  "signs a new person in": async ({ store, expect }) => {
    const mail = await mailTo(store, { address: addressOf("ada.lovelace+news@example.com"), next: "/cart" })
    const at = mail.link.at + MINUTE
    const session = newSession(at, { device: "Safari on iPhone" })
    const newUserId = newId(at)
    expect(await redeemLink(store, mail, { at, session, newUserId, client: phone })).toEqual({
      status: "redeemed",
      isNewUser: true,
      next: "/cart",
      user: {
        id: newUserId,
        email: mail.request.address,
        displayName: "Ada Lovelace",
        createdAt: at,
        disabledAt: null,
      },
      session: {
        id: session.id,
        userId: newUserId,
        createdAt: at,
        lastSeenAt: at,
        idleExpiresAt: session.idleExpiresAt,
        expiresAt: session.expiresAt,
        provider: "magic_link",
        provenAt: at,
        device: "Safari on iPhone",
        ip: phone.ip,
      },
    })
  },

  "writes what happened, with who and from where": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const at = mail.link.at + MINUTE
    const session = newSession(at)
    const newUserId = newId(at)
    const events = await eventsDuring(store, () => redeemLink(store, mail, { at, session, newUserId, client: phone }))
    expect(said(events)).toEqual([
      {
        type: "link_consumed",
        detail: { requestId: mail.request.requestId, linkId: mail.link.linkId, by: "magic_link" },
      },
      { type: "provider_used", detail: { provider: "magic_link", isFirst: true } },
      { type: "session_created", detail: { sessionId: session.id, provider: "magic_link" } },
      { type: "user_created", detail: {} },
    ])
    for (const event of events)
      expect(event).toMatchObject({ at, userId: newUserId, person: { address: ada, ...phone } })
  },

  "finds the person who came before": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const mail = await mailTo(store, { at: START + HOUR })
    const events = await eventsDuring(store, async () => {
      expect(redeemedBy(await redeemLink(store, mail))).toMatchObject({ isNewUser: false, user })
    })
    expect(typesOf(events)).toEqual(["link_consumed", "provider_used", "session_created"])
    expect(said(events)[1]?.detail).toEqual({ provider: "magic_link", isFirst: false })
  },

  "says used, and nothing more, the second time": async ({ store, expect }) => {
    const mail = await mailTo(store, { next: "/cart" })
    await redeemLink(store, mail)
    const events = await eventsDuring(store, async () => {
      expect(await redeemLink(store, mail)).toEqual({ status: "used", address: ada, next: "/cart" })
    })
    const { linkId } = mail.link
    expect(said(events)).toEqual([{ type: "consume_failed", detail: { by: "magic_link", reason: "used", linkId } }])
  },

  "redeems up to the last millisecond": async ({ store, expect }) => {
    const mail = await mailTo(store)
    expect((await redeemLink(store, mail, { at: mail.link.expiresAt - 1 })).status).toBe("redeemed")
  },

  "refuses a link from the moment that it expires (TOK-4)": async ({ store, expect }) => {
    const mail = await mailTo(store, { next: "/cart" })
    const events = await eventsDuring(store, async () => {
      const outcome = await redeemLink(store, mail, { at: mail.link.expiresAt })
      expect(outcome).toEqual({ status: "expired", address: ada, next: "/cart" })
    })
    const { linkId } = mail.link
    expect(said(events)).toEqual([{ type: "consume_failed", detail: { by: "magic_link", reason: "expired", linkId } }])
    expect(events[0]?.person?.ip).toBe(mail.request.client.ip)
    expect(await store.users.find({ address: ada })).toBe(null)
  },

  "refuses an older link of a flow": async ({ store, expect }) => {
    const old = await mailTo(store, { next: "/old" })
    const newer = await deliver(store, await ask(store, { flowHash: old.flowHash, at: START + 2 * SECOND }))
    const events = await eventsDuring(store, async () => {
      expect(await redeemLink(store, old)).toEqual({ status: "superseded", address: ada, next: "/old" })
    })
    const detail = { by: "magic_link", reason: "superseded", linkId: old.link.linkId }
    expect(said(events)).toEqual([{ type: "consume_failed", detail }])
    expect((await redeemLink(store, newer)).status).toBe("redeemed")
  },

  "knows no link that was never minted": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const events = await eventsDuring(store, async () => {
      const tokenHash = hashToken(createToken(systemRandom))
      expect(await redeemLink(store, mail, { tokenHash })).toEqual({ status: "unknown" })
    })
    expect(said(events)).toEqual([
      { type: "consume_failed", detail: { by: "magic_link", reason: "unknown", linkId: null } },
    ])
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
    const session = newSession(START + 8 * MINUTE)
    const events = await eventsDuring(store, async () => {
      expect(await redeemLink(store, mail, { session })).toEqual({ status: "refused" })
    })
    const detail = { by: "magic_link", reason: "disabled", linkId: mail.link.linkId }
    expect(said(events)).toEqual([{ type: "consume_failed", detail }])
    expect(await store.sessions.list({ userId: user.id, at: START + 8 * MINUTE })).toEqual([])
    const check = { tokenHash: session.tokenHash, at: START + 8 * MINUTE, idleTtl: HOUR, touchEvery: MINUTE }
    expect(await store.sessions.check(check)).toBe(null)
  },

  "ends the session that the browser held, whoever it was of (SES-2)": async ({ store, expect }) => {
    const before = await signIn(store, { address: bob })
    const mail = await mailTo(store, { at: START + 5 * MINUTE })
    const events = await eventsDuring(store, () => redeemLink(store, mail, { replaces: before.tokenHash }))
    const revoked = events.find(({ type }) => type === "session_revoked")
    expect(revoked).toMatchObject({
      userId: before.user.id,
      detail: { sessionId: before.session.id, reason: "replaced" },
    })
    expect(await store.sessions.list({ userId: before.user.id, at: mail.link.at })).toEqual([])
  },

  "leaves the browser's session alone when it signs nobody in": async ({ store, expect }) => {
    const before = await signIn(store)
    const mail = await mailTo(store, { at: START + 5 * MINUTE })
    await redeemLink(store, mail, { replaces: before.tokenHash, at: mail.link.expiresAt })
    expect(await store.sessions.list({ userId: before.user.id, at: START + 16 * MINUTE })).toEqual([before.session])
  },

  "replaces nothing where the browser's session ended already or never was": async ({ store, expect }) => {
    const { user, session, tokenHash } = await signIn(store)
    await store.sessions.revoke({
      userId: user.id,
      sessionId: session.id,
      reason: "signed_out",
      client: phone,
      at: START + 3 * MINUTE,
    })
    const [first, second] = [
      await mailTo(store, { at: START + HOUR }),
      await mailTo(store, { address: bob, at: START + HOUR }),
    ]
    const events = await eventsDuring(store, async () => {
      expect((await redeemLink(store, first, { replaces: tokenHash })).status).toBe("redeemed")
      expect((await redeemLink(store, second, { replaces: newSession(START).tokenHash })).status).toBe("redeemed")
    })
    expect(typesOf(events)).not.toContain("session_revoked")
  },

  "takes any number of wrong tokens where the limit is off, and still redeems the right one": async ({
    store,
    expect,
  }) => {
    const mail = await mailTo(store)
    const at = START + MINUTE
    for (let tries = 0; tries < 30; tries += 1) {
      const wrong = { tokenHash: hashToken(createToken(systemRandom)), limit: null }
      expect((await redeemLink(store, mail, { ...wrong, at })).status).toBe("unknown")
    }
    expect((await redeemLink(store, mail, { limit: null, at })).status).toBe("redeemed")
  },

  "refuses a client above its limit without burning the link": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const limit = someLimit("redeem_client", { max: 1, windowMs: MINUTE })
    const at = mail.link.at + SECOND
    const wrong = { tokenHash: hashToken(createToken(systemRandom)), limit }
    expect((await redeemLink(store, mail, { ...wrong, at })).status).toBe("unknown")
    const events = await eventsDuring(store, async () => {
      const quota = { name: "redeem_client", max: 1, windowMs: MINUTE, remaining: 0, resetAt: at + MINUTE }
      expect(await redeemLink(store, mail, { limit, at: at + 1 })).toEqual({
        status: "rate_limited",
        quota,
        isReported: true,
      })
      expect((await redeemLink(store, mail, { limit, at: at + 2 })).status).toBe("rate_limited")
      expect((await redeemLink(store, mail, { ...wrong, at: at + 3 })).status).toBe("rate_limited")
    })
    expect(said(events)).toEqual([
      { type: "rate_limited", detail: { limit: "redeem_client", count: 1, windowSeconds: 60 } },
    ])
    expect((await redeemLink(store, mail, { limit, at: at + MINUTE })).status).toBe("redeemed")
  },

  "signs in whole or not at all": async ({ store, expect }) => {
    const { tokenHash } = await signIn(store, { address: bob })
    const mail = await mailTo(store, { at: START + 5 * MINUTE })
    const broken = newSession(mail.link.at + MINUTE, { tokenHash })
    const events = await eventsDuring(store, async () => {
      const [outcome] = await Promise.allSettled([redeemLink(store, mail, { session: broken })])
      expect(outcome.status).toBe("rejected")
    })
    expect(events).toEqual([])
    expect(await store.users.find({ address: ada })).toBe(null)
    expect((await redeemLink(store, mail)).status).toBe("redeemed")
  },
}

export const redeemRaceFacts: Facts = {
  "lets one of 64 presses of a link in, fifty times over (TOK-3)": async ({ store, expect }) => {
    for (let round = 0; round < 50; round++) {
      const mail = await mailTo(store, { address: addressOf(`ada${round}@example.com`), at: START + round * MINUTE })
      const outcomes = await atOnce(64, () => redeemLink(store, mail))
      expect(tally(outcomes), `round ${round}`).toEqual({ redeemed: 1, used: 63 })
      const winner = redeemedBy(outcomes.find(({ status }) => status === "redeemed") ?? { status: "nobody" })
      expect(await store.sessions.list({ userId: winner.user.id, at: mail.link.at + MINUTE })).toEqual([winner.session])
    }
  },

  "writes one link_consumed and 63 consume_failed for 64 presses": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const events = await eventsDuring(store, () => atOnce(64, () => redeemLink(store, mail)))
    const counts = tally(events.map(({ type }) => ({ status: type })))
    expect(counts).toEqual({
      link_consumed: 1,
      user_created: 1,
      provider_used: 1,
      session_created: 1,
      consume_failed: 63,
    })
  },

  "redeems 64 links of 64 people at once": async ({ store, expect }) => {
    const asked = await atOnce(64, (i) => ask(store, { address: addressOf(`ada${i}@example.com`) }))
    const mails: Mail[] = []
    for (const one of asked) mails.push(await deliver(store, one))
    const outcomes = await Promise.all(mails.map((mail) => redeemLink(store, mail)))
    expect(tally(outcomes)).toEqual({ redeemed: 64 })
    expect(new Set(outcomes.map((outcome) => redeemedBy(outcome).user.id)).size).toBe(64)
  },
}
