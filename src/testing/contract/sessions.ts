import { DAY, HOUR, MINUTE } from "../../core/clock.ts"
import type { SessionTokenHash } from "../../core/sessions/session-token.ts"
import type { Store } from "../../core/store.ts"
import type { Facts } from "./lab.ts"
import { ada, bob, laptop, newId, phone, START } from "./steps/ask.ts"
import { eventsDuring, eventsOf, said } from "./steps/events.ts"
import { atOnce, type Browser, newSession, signIn } from "./steps/redeem.ts"

const touchEvery = 5 * MINUTE

export const sessionCheckFacts: Facts = {
  "knows who is signed in": async ({ store, expect }) => {
    const { user, session, tokenHash } = await signIn(store)
    expect(await check(store, tokenHash, session.createdAt + 1)).toEqual({ user, session })
  },

  "knows no session that it never started (SES-3)": async ({ store, expect }) => {
    await signIn(store)
    expect(await check(store, newSession(START).tokenHash, START + 2 * MINUTE)).toBe(null)
  },

  "ends a session that was not used for its idle time": async ({ store, expect }) => {
    const { session, tokenHash } = await signIn(store)
    expect(await check(store, tokenHash, session.idleExpiresAt)).toBe(null)
    expect(await store.sessions.list({ userId: session.userId, at: session.idleExpiresAt })).toEqual([])
  },

  "keeps a session up to the last millisecond": async ({ store, expect }) => {
    const { session, tokenHash } = await signIn(store)
    expect((await check(store, tokenHash, session.idleExpiresAt - 1))?.session.id).toBe(session.id)
  },

  "never goes on past a session's end, however often it is used (SES-6)": async ({ store, expect }) => {
    const { session, tokenHash } = await signIn(store)
    for (let at = session.createdAt; at < session.expiresAt; at += 50 * MINUTE) {
      expect((await check(store, tokenHash, at))?.session.id, `at ${at}`).toBe(session.id)
    }
    const [live] = await store.sessions.list({ userId: session.userId, at: session.expiresAt - 1 })
    expect(live?.idleExpiresAt).toBe(session.expiresAt)
    expect(live?.expiresAt).toBe(session.expiresAt)
    expect(await check(store, tokenHash, session.expiresAt)).toBe(null)
  },

  "ends a session at its end even where its idle time is longer": async ({ store, expect }) => {
    const expiresAt = START + HOUR
    const { user, tokenHash } = await signIn(store, {}, { idleExpiresAt: START + DAY, expiresAt })
    expect(await check(store, tokenHash, expiresAt)).toBe(null)
    expect(await store.sessions.list({ userId: user.id, at: expiresAt })).toEqual([])
  },

  "notes use, and moves the idle end, when the last note is old enough": async ({ store, expect }) => {
    const { session, tokenHash } = await signIn(store)
    const at = session.createdAt + touchEvery + 1
    await check(store, tokenHash, at)
    const touched = { ...session, lastSeenAt: at, idleExpiresAt: at + HOUR }
    expect(await store.sessions.list({ userId: session.userId, at })).toEqual([touched])
    expect((await check(store, tokenHash, at + 1))?.session).toEqual(touched)
  },

  "notes no use before that": async ({ store, expect }) => {
    const { session, tokenHash } = await signIn(store)
    await check(store, tokenHash, session.createdAt + touchEvery + 1)
    for (const later of [1, MINUTE, touchEvery - 1])
      await check(store, tokenHash, session.createdAt + touchEvery + 1 + later)
    const [live] = await store.sessions.list({ userId: session.userId, at: session.createdAt + 2 * touchEvery })
    expect(live?.lastSeenAt).toBe(session.createdAt + touchEvery + 1)
  },

  "checks without an event": async ({ store, expect }) => {
    const { session, tokenHash } = await signIn(store)
    const events = await eventsDuring(store, () =>
      atOnce(20, (i) => check(store, tokenHash, session.createdAt + i * MINUTE)),
    )
    expect(events).toEqual([])
  },

  "gives a disabled user no session, not even after enabling (P10)": async ({ store, expect }) => {
    const { user, session, tokenHash } = await signIn(store)
    const at = session.createdAt + MINUTE
    await store.users.setDisabled({ userId: user.id, isDisabled: true, by: "application", client: laptop, at })
    expect(await check(store, tokenHash, at)).toBe(null)
    await store.users.setDisabled({ userId: user.id, isDisabled: false, by: "application", client: laptop, at: at + 1 })
    expect(await check(store, tokenHash, at + 2)).toBe(null)
  },
}

export const sessionRevokeFacts: Facts = {
  "lists a user's live sessions, newest first": async ({ store, expect }) => {
    const [first, stranger, second, third] = await browsers(store, ada, bob, ada, ada)
    const at = START + HOUR
    await store.sessions.revoke({ ...revoking(second), at })
    expect(await store.sessions.list({ userId: first.user.id, at })).toEqual([third.session, first.session])
    expect(await store.sessions.list({ userId: stranger.user.id, at })).toEqual([stranger.session])
    expect(await store.sessions.list({ userId: newId(), at })).toEqual([])
  },

  "ends one session at once (P10)": async ({ store, expect }) => {
    const [first, second] = await browsers(store, ada, ada)
    const at = START + HOUR
    const events = await eventsDuring(store, async () => {
      expect(await store.sessions.revoke({ ...revoking(first), client: phone, at })).toBe(1)
    })
    expect(events).toMatchObject([
      {
        type: "session_revoked",
        at,
        userId: first.user.id,
        detail: { sessionId: first.session.id, reason: "signed_out" },
      },
    ])
    expect(events[0]?.person?.ip).toBe(phone.ip)
    expect(await check(store, first.tokenHash, at)).toBe(null)
    expect((await check(store, second.tokenHash, at))?.session.id).toBe(second.session.id)
  },

  "ends a session once": async ({ store, expect }) => {
    const [browser] = await browsers(store, ada)
    await store.sessions.revoke(revoking(browser))
    const events = await eventsDuring(store, async () => {
      expect(await store.sessions.revoke(revoking(browser))).toBe(0)
    })
    expect(events).toEqual([])
  },

  "ends a session once for 64 calls at once": async ({ store, expect }) => {
    const [browser] = await browsers(store, ada)
    const events = await eventsDuring(store, async () => {
      const counts = await atOnce(64, () => store.sessions.revoke(revoking(browser)))
      expect(counts.filter((count) => count === 1)).toHaveLength(1)
      expect(counts.filter((count) => count === 0)).toHaveLength(63)
    })
    expect(events).toHaveLength(1)
  },

  "ends every session of a user, with an event each": async ({ store, expect }) => {
    const [first, stranger, second] = await browsers(store, ada, bob, ada)
    const all = { ...revoking(first), sessionId: "all", reason: "signed_out_everywhere" } as const
    const events = await eventsDuring(store, async () => {
      expect(await store.sessions.revoke(all)).toBe(2)
      expect(await store.sessions.revoke(all)).toBe(0)
    })
    const ended = events.filter(({ type }) => type === "session_revoked").map(({ detail }) => detail)
    expect(ended).toHaveLength(2)
    expect(events.filter(({ type }) => type === "links_revoked")).toHaveLength(2)
    for (const { session } of [first, second])
      expect(ended).toContainEqual({ sessionId: session.id, reason: "signed_out_everywhere" })
    expect((await check(store, stranger.tokenHash, START + HOUR))?.user).toEqual(stranger.user)
    expect(await check(store, first.tokenHash, START + HOUR)).toBe(null)
    expect(await check(store, second.tokenHash, START + HOUR)).toBe(null)
  },

  "says by whom, where it wasn't the person": async ({ store, expect }) => {
    const [one, other] = await browsers(store, ada, ada)
    const asAdmin = { reason: "ended_by_admin", by: "cli" } as const
    const events = await eventsDuring(store, async () => {
      await store.sessions.revoke({ ...revoking(one), ...asAdmin })
      await store.sessions.revoke({ ...revoking(other), ...asAdmin, sessionId: "all" })
    })
    expect(said(events)).toEqual([
      { type: "links_revoked", detail: { by: "cli" } },
      { type: "session_revoked", detail: { sessionId: one.session.id, ...asAdmin } },
      { type: "session_revoked", detail: { sessionId: other.session.id, ...asAdmin } },
    ])
  },

  "ends no session of another user": async ({ store, expect }) => {
    const [mine, theirs] = await browsers(store, ada, bob)
    const events = await eventsDuring(store, async () => {
      expect(await store.sessions.revoke({ ...revoking(mine), sessionId: theirs.session.id })).toBe(0)
    })
    expect(events).toEqual([])
    expect((await check(store, theirs.tokenHash, START + HOUR))?.session.id).toBe(theirs.session.id)
  },

  "counts no session that had ended by itself": async ({ store, expect }) => {
    const [browser] = await browsers(store, ada)
    const at = browser.session.idleExpiresAt
    expect(await store.sessions.revoke({ ...revoking(browser), sessionId: "all", at })).toBe(0)
  },

  "knows sessions by their public id alone": async ({ store, expect }) => {
    const [browser] = await browsers(store, ada)
    for (const sessionId of ["", "%", browser.tokenHash]) {
      expect(await store.sessions.revoke({ ...revoking(browser), sessionId })).toBe(0)
    }
    expect((await eventsOf(store)).some(({ type }) => type === "session_revoked")).toBe(false)
  },
}

function check(store: Store, tokenHash: SessionTokenHash, at: number) {
  return store.sessions.check({ tokenHash, at, idleTtl: HOUR, touchEvery })
}

function revoking({ user, session }: Browser) {
  return { userId: user.id, sessionId: session.id, reason: "signed_out", client: laptop, at: START + HOUR } as const
}

/** Signs people in, ten minutes after each other, for two days. */
async function browsers<People extends readonly (typeof ada)[]>(store: Store, ...people: People) {
  const list: Browser[] = []
  for (const [i, address] of people.entries()) {
    list.push(
      await signIn(
        store,
        { address, at: START + i * 10 * MINUTE },
        { idleExpiresAt: START + DAY, expiresAt: START + 2 * DAY },
      ),
    )
  }
  return list as { [Person in keyof People]: Browser }
}
