import { HOUR, MINUTE } from "../../core/clock.ts"
import type { Store } from "../../core/store.ts"
import type { Facts } from "./lab.ts"
import { ada, bob, laptop, newId, phone, START } from "./steps/ask.ts"
import { mailTo } from "./steps/deliver.ts"
import { eventsDuring, said } from "./steps/events.ts"
import { atOnce, elsewhere, redeemCode, redeemLink, signIn, tally } from "./steps/redeem.ts"

const at = START + 10 * MINUTE

export const userFacts: Facts = {
  "finds a user by id and by address": async ({ store, expect }) => {
    const { user } = await signIn(store)
    await signIn(store, { address: bob })
    expect(await store.users.find({ userId: user.id })).toEqual(user)
    expect(await store.users.find({ address: ada })).toEqual(user)
  },

  "finds nobody under an address that only asked (TOK-18)": async ({ store, expect }) => {
    await mailTo(store)
    expect(await store.users.find({ address: ada })).toBe(null)
    expect(await store.users.find({ userId: newId() })).toBe(null)
  },

  "disables a user and enables them again": async ({ store, expect }) => {
    const { user } = await signIn(store)
    expect(await setDisabled(store, user.id, true)).toEqual({ status: "changed", sessionsEnded: 1 })
    expect(await store.users.find({ userId: user.id })).toEqual({ ...user, disabledAt: at })
    expect(await setDisabled(store, user.id, false)).toEqual({ status: "changed", sessionsEnded: 0 })
    expect(await store.users.find({ address: ada })).toEqual(user)
  },

  "writes user_disabled with the end of each session, and user_enabled": async ({ store, expect }) => {
    const { user, session } = await signIn(store)
    const disabling = await eventsDuring(store, () => setDisabled(store, user.id, true))
    expect(said(disabling)).toEqual([
      { type: "session_revoked", detail: { sessionId: session.id, reason: "user_disabled", by: "application" } },
      { type: "user_disabled", detail: { by: "application" } },
    ])
    for (const event of disabling) expect(event).toMatchObject({ at, userId: user.id })
    const enabling = await eventsDuring(store, () => setDisabled(store, user.id, false))
    expect(said(enabling)).toEqual([{ type: "user_enabled", detail: { by: "application" } }])
    expect(enabling[0]?.userId).toBe(user.id)
  },

  "says by whom, and how many sessions it ended": async ({ store, expect }) => {
    const { user } = await signIn(store)
    await signIn(store, { at: START + MINUTE })
    const change = { userId: user.id, by: "cli", client: laptop, at } as const
    const events = await eventsDuring(store, async () => {
      const outcome = await store.users.setDisabled({ ...change, isDisabled: true })
      expect(outcome).toEqual({ status: "changed", sessionsEnded: 2 })
      await store.users.setDisabled({ ...change, isDisabled: false })
    })
    expect(events).toHaveLength(4)
    for (const { detail } of events) expect(detail).toMatchObject({ by: "cli" })
  },

  "writes nothing where nothing changes": async ({ store, expect }) => {
    const { user } = await signIn(store)
    await setDisabled(store, user.id, true)
    const events = await eventsDuring(store, async () => {
      expect(await setDisabled(store, user.id, true)).toEqual({ status: "unchanged" })
      expect(await setDisabled(store, newId(), true)).toEqual({ status: "unknown_user" })
      expect(await setDisabled(store, newId(), false)).toEqual({ status: "unknown_user" })
    })
    expect(events).toEqual([])
    expect((await store.users.find({ userId: user.id }))?.disabledAt).toBe(at)
  },

  "disables once for 32 calls at once": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const outcomes = await atOnce(32, () => setDisabled(store, user.id, true))
    expect(tally(outcomes)).toEqual({ changed: 1, unchanged: 31 })
  },

  "ends a disabled user's sessions at once, and nobody else's (P10)": async ({ store, expect }) => {
    const [one, other] = [await signIn(store), await signIn(store, { at: START + MINUTE })]
    const stranger = await signIn(store, { address: bob })
    await setDisabled(store, one.user.id, true)
    for (const { tokenHash } of [one, other]) expect(await check(store, tokenHash)).toBe(null)
    expect(await store.sessions.list({ userId: one.user.id, at })).toEqual([])
    expect((await check(store, stranger.tokenHash))?.user).toEqual(stranger.user)
  },

  "ends a disabled user's links and codes for good (TOK-10)": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const mail = await mailTo(store, { at: START + 5 * MINUTE })
    await setDisabled(store, user.id, true)
    expect((await redeemLink(store, mail, { at: at + 1 })).status).not.toBe("redeemed")
    await setDisabled(store, user.id, false)
    expect((await redeemLink(store, mail, { at: at + 2 })).status).not.toBe("redeemed")
    expect((await redeemLink(store, mail, { ...elsewhere, matchNumber: 42, at: at + 3 })).status).not.toBe("redeemed")
    expect((await redeemCode(store, mail, { at: at + 4 })).status).not.toBe("redeemed")
    expect(await store.sessions.list({ userId: user.id, at: at + 5 })).toEqual([])
  },

  "lets an enabled user in with a new link": async ({ store, expect }) => {
    const { user } = await signIn(store)
    await setDisabled(store, user.id, true)
    await setDisabled(store, user.id, false)
    const again = await signIn(store, { at: at + MINUTE })
    expect(again.user).toEqual(user)
  },

  "signs nobody in whose account is disabled at the same moment": async ({ store, expect }) => {
    for (let round = 0; round < 10; round++) {
      const start = START + round * HOUR
      const { user } = await signIn(store, { at: start })
      const mail = await mailTo(store, { at: start + 5 * MINUTE })
      const disable = {
        userId: user.id,
        isDisabled: true,
        by: "application" as const,
        client: laptop,
        at: start + 6 * MINUTE,
      }
      await Promise.all([redeemLink(store, mail), store.users.setDisabled(disable), redeemLink(store, mail)])
      expect(await store.sessions.list({ userId: user.id, at: start + 7 * MINUTE }), `round ${round}`).toEqual([])
      await store.users.setDisabled({ ...disable, isDisabled: false, at: start + 8 * MINUTE })
    }
  },
}

export const providerFacts: Facts = {
  "counts each way in": async ({ store, expect }) => {
    const { user, session } = await signIn(store)
    for (const [i, provider] of ["google", "passkey", "google"].entries()) {
      expect(await store.providers.record({ userId: user.id, provider, client: laptop, at: at + i })).toBe("recorded")
    }
    const first = session.createdAt
    expect(await store.providers.list(user.id)).toEqual([
      { provider: "google", firstUsedAt: at, lastUsedAt: at + 2, uses: 2 },
      { provider: "passkey", firstUsedAt: at + 1, lastUsedAt: at + 1, uses: 1 },
      { provider: "magic_link", firstUsedAt: first, lastUsedAt: first, uses: 1 },
    ])
  },

  "counts links and codes by themselves": async ({ store, expect }) => {
    const { user } = await signIn(store)
    await redeemCode(store, await mailTo(store, { at: START + HOUR }))
    await redeemLink(store, await mailTo(store, { at: START + 2 * HOUR }))
    const uses = (await store.providers.list(user.id)).map((use) => [use.provider, use.uses])
    expect(uses).toEqual([
      ["magic_link", 2],
      ["email_code", 1],
    ])
  },

  "writes provider_used, and says which was the first": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const use = { userId: user.id, provider: "google", client: phone, at }
    const events = await eventsDuring(store, async () => {
      await store.providers.record(use)
      await store.providers.record(use)
    })
    expect(events.map(({ type, detail }) => ({ type, detail }))).toEqual([
      { type: "provider_used", detail: { provider: "google", isFirst: true } },
      { type: "provider_used", detail: { provider: "google", isFirst: false } },
    ])
    for (const event of events) expect(event).toMatchObject({ at, userId: user.id })
    expect(events[0]?.person?.ip).toBe(phone.ip)
  },

  "counts 64 uses at once, and one of them as the first": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const events = await eventsDuring(store, () => {
      return atOnce(64, () => store.providers.record({ userId: user.id, provider: "google", client: laptop, at }))
    })
    expect((await store.providers.list(user.id))[0]).toEqual({
      provider: "google",
      firstUsedAt: at,
      lastUsedAt: at,
      uses: 64,
    })
    expect(events.filter(({ detail }) => "isFirst" in detail && detail.isFirst)).toHaveLength(1)
  },

  "records nothing for a user that it doesn't know": async ({ store, expect }) => {
    const events = await eventsDuring(store, async () => {
      const userId = newId()
      expect(await store.providers.record({ userId, provider: "google", client: laptop, at })).toBe("unknown_user")
      expect(await store.providers.list(userId)).toEqual([])
    })
    expect(events).toEqual([])
  },
}

function setDisabled(store: Store, userId: string, isDisabled: boolean) {
  return store.users.setDisabled({ userId, isDisabled, by: "application", client: laptop, at })
}

function check(store: Store, tokenHash: Awaited<ReturnType<typeof signIn>>["tokenHash"]) {
  return store.sessions.check({ tokenHash, at, idleTtl: HOUR, touchEvery: MINUTE })
}
