import { DAY, HOUR, MINUTE, SECOND } from "../../core/clock.ts"
import { CODE_TRIES } from "../../core/links/code.ts"
import type { Store } from "../../core/store.ts"
import type { Facts } from "./lab.ts"
import { ada, addressOf, ask, bob, laptop, START } from "./steps/ask.ts"
import { claim, deliver, failed, lease, mailTo, mintFor, newCodeHash, settle } from "./steps/deliver.ts"
import { eventsOf } from "./steps/events.ts"
import { type Browser, redeemCode, redeemLink, signIn } from "./steps/redeem.ts"
import { sweep } from "./steps/sweep.ts"

const later = START + 30 * DAY

export const requestSweepFacts: Facts = {
  "sweeps requests with their links, a few at a time": async ({ store, expect }) => {
    const mails = [await mailTo(store), await mailTo(store), await mailTo(store)]
    for (const swept of [2, 1, 0]) expect(await sweepRequests(store, { max: 2 })).toBe(swept)
    for (const { flowHash, link } of mails) {
      expect(await store.requests.latest(flowHash)).toBe(null)
      expect(await store.links.inspect(link.tokenHash)).toBe(null)
    }
  },

  "sweeps what was redeemed, sent in vain, withheld and given up alike": async ({ store, expect }) => {
    await signIn(store)
    await mailTo(store)
    const withheld = await ask(store)
    await settle(store, withheld, (await lease(store, withheld)).leaseId, { status: "withheld", reason: "not_allowed" })
    const given = await mintFor(store, await ask(store))
    await settle(store, given, given.link.leaseId, failed(given, null))
    expect(await sweepRequests(store)).toBe(4)
  },

  "leaves what was asked at the given time or since": async ({ store, expect }) => {
    const asked = await ask(store)
    await settle(store, asked, (await lease(store, asked)).leaseId, failed(asked, null))
    expect(await sweepRequests(store, { askedBefore: START })).toBe(0)
    expect((await store.requests.latest(asked.flowHash))?.requestId).toBe(asked.request.requestId)
    expect(await sweepRequests(store, { askedBefore: START + 1 })).toBe(1)
  },

  "leaves requests alone where it is given no time": async ({ store, expect }) => {
    await mailTo(store)
    expect(await sweep(store, { at: later, endedBefore: later })).toMatchObject({ requests: 0 })
  },

  "leaves mail that is owed, however old it is (P6)": async ({ store, expect }) => {
    const [owed, leased] = [await ask(store), await mintFor(store, await ask(store))]
    expect(await sweepRequests(store)).toBe(0)
    const items = await claim(store, { at: later })
    const ids = items.map(({ requestId }) => requestId)
    expect(ids.toSorted()).toEqual([owed.request.requestId, leased.request.requestId].toSorted())
  },

  "sweeps what stands behind mail that is owed": async ({ store, expect }) => {
    for (let i = 0; i < 3; i++) await ask(store)
    const behind = await mailTo(store, { at: START + MINUTE })
    expect(await sweepRequests(store, { max: 1 })).toBe(1)
    expect(await store.requests.latest(behind.flowHash)).toBe(null)
  },

  "leaves a request whose link ended at the given time or since": async ({ store, expect }) => {
    await deliver(store, await ask(store), { expiresAt: START + DAY })
    expect(await sweepRequests(store, { askedBefore: START + DAY })).toBe(0)
    expect(await sweepRequests(store, { askedBefore: START + DAY + 1 })).toBe(1)
  },

  "leaves a request while a link of it lives, whatever time it is given": async ({ store, expect }) => {
    const mail = await deliver(store, await ask(store), { expiresAt: START + DAY })
    expect(await sweepRequests(store, { at: START + DAY - 1, askedBefore: later })).toBe(0)
    expect((await redeemLink(store, mail, { at: START + DAY - 1 })).status).toBe("redeemed")
  },

  "takes a flow in the order of asking, and its tries and its number last": async ({ store, expect }) => {
    const first = await ask(store)
    const { flowHash } = first
    const second = await mailTo(store, { flowHash, at: START + MINUTE })
    await redeemCode(store, second, { codeHashes: [newCodeHash()] })
    const newest = { requestId: second.request.requestId, matchNumber: 42, codeTriesLeft: CODE_TRIES - 1 }
    expect(await sweepRequests(store)).toBe(0)
    expect(await store.requests.latest(flowHash)).toMatchObject(newest)
    await settle(store, first, (await lease(store, first, START + HOUR)).leaseId, failed(first, null))
    expect(await sweepRequests(store, { max: 1 })).toBe(1)
    expect(await store.requests.latest(flowHash)).toMatchObject(newest)
    expect((await store.links.inspect(second.link.tokenHash))?.linkId).toBe(second.link.linkId)
    expect(await sweepRequests(store, { max: 1 })).toBe(1)
    expect(await store.requests.latest(flowHash)).toBe(null)
  },

  "takes a flow in the order of asking where the clock was set back, and all of it": async ({ store, expect }) => {
    const { flowHash } = await mailTo(store, { at: START + HOUR })
    const second = await mailTo(store, { flowHash, at: START })
    expect(await sweepRequests(store, { askedBefore: START + MINUTE })).toBe(0)
    expect((await store.requests.latest(flowHash))?.requestId).toBe(second.request.requestId)
    expect(await sweepRequests(store)).toBe(2)
  },

  "knows a link and a code that went no more": async ({ store, expect }) => {
    const { mail } = await signIn(store)
    await sweepRequests(store)
    expect(await redeemLink(store, mail, { at: later })).toEqual({ status: "unknown" })
    expect(await redeemCode(store, mail, { at: later })).toEqual({ status: "unknown" })
  },

  "lets nobody be shut out by requests that went: later ones are later still": async ({ store, expect }) => {
    for (let i = 0; i < 5; i++) await signIn(store)
    expect(await sweepRequests(store)).toBe(5)
    const mail = await mailTo(store, { at: later })
    expect((await store.links.inspect(mail.link.tokenHash))?.isSuperseded).toBe(false)
    expect((await redeemLink(store, mail)).status).toBe("redeemed")
  },

  "ends what was asked before everything else went (TOK-10)": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const mail = await mailTo(store, { at: later })
    expect(await sweepRequests(store, { at: later, askedBefore: later })).toBe(1)
    const all = { userId: user.id, sessionId: "all", reason: "signed_out_everywhere" } as const
    await store.sessions.revoke({ ...all, client: laptop, at: later + MINUTE })
    expect((await redeemLink(store, mail)).status).toBe("superseded")
  },

  "leaves users, their ways in and the log, and writes nothing to it": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const events = await eventsOf(store)
    const ways = await store.providers.list(user.id)
    const swept = await sweep(store, { at: later, askedBefore: later, endedBefore: later })
    expect(swept).toMatchObject({ requests: 1, sessions: 1 })
    expect(await eventsOf(store)).toEqual(events)
    expect(await store.users.find({ userId: user.id })).toEqual(user)
    expect(await store.providers.list(user.id)).toEqual(ways)
  },
}

export const sessionSweepFacts: Facts = {
  "sweeps sessions that were ended or came to their end, a few at a time": async ({ store, expect }) => {
    for (let i = 0; i < 2; i++) await signIn(store)
    await revoke(store, await signIn(store), START + HOUR)
    for (const swept of [2, 1, 0]) expect(await sweepSessions(store, { max: 2 })).toBe(swept)
  },

  "leaves a session that was ended at the given time or since": async ({ store, expect }) => {
    await revoke(store, await signIn(store), START + 10 * MINUTE)
    expect(await sweepSessions(store, { endedBefore: START + 10 * MINUTE })).toBe(0)
    expect(await sweepSessions(store, { endedBefore: START + 10 * MINUTE + 1 })).toBe(1)
  },

  "leaves a session whose end was at the given time or since": async ({ store, expect }) => {
    const { session } = await signIn(store)
    expect(await sweepSessions(store, { endedBefore: session.expiresAt })).toBe(0)
    expect(await sweepSessions(store, { endedBefore: session.expiresAt + 1 })).toBe(1)
  },

  "leaves a session that ran out unused until its absolute end": async ({ store, expect }) => {
    const { session } = await signIn(store)
    const at = session.expiresAt - 1
    expect(await sweepSessions(store, { at, endedBefore: at })).toBe(0)
  },

  "leaves a session that lives, whatever time it is given": async ({ store, expect }) => {
    const { session, tokenHash } = await signIn(store)
    const at = session.idleExpiresAt - 1
    expect(await sweepSessions(store, { at, endedBefore: later })).toBe(0)
    const check = { tokenHash, at, idleTtl: HOUR, touchEvery: DAY }
    expect((await store.sessions.check(check))?.session.id).toBe(session.id)
  },

  "leaves sessions alone where it is given no time": async ({ store, expect }) => {
    await signIn(store)
    expect(await sweep(store, { at: later, askedBefore: later })).toMatchObject({ sessions: 0 })
  },

  "leaves the other sessions of a user": async ({ store, expect }) => {
    const [ended, live] = [await signIn(store), await signIn(store, { at: START + SECOND })]
    const stranger = await signIn(store, { address: bob })
    const other = await signIn(store, { address: addressOf("carol@example.com") })
    await revoke(store, ended, START + 3 * MINUTE)
    await revoke(store, stranger, START + 3 * MINUTE)
    const at = START + 10 * MINUTE
    expect(await sweepSessions(store, { at, endedBefore: at })).toBe(2)
    expect(await store.sessions.list({ userId: live.user.id, at })).toEqual([live.session])
    expect(await store.sessions.list({ userId: other.user.id, at })).toEqual([other.session])
  },
}

export const personSweepFacts: Facts = {
  "sweeps personal data that names no user, and leaves the events": async ({ store, expect }) => {
    await mailTo(store)
    const { user } = await signIn(store, { address: bob })
    const before = await eventsOf(store)
    expect(await sweepPersons(store)).toBe(2)
    const after = await eventsOf(store)
    expect(after.map(({ person }) => person?.address ?? null)).toEqual(
      before.map(({ person }) => (person?.address === bob ? bob : null)),
    )
    expect(after.map((event) => ({ ...event, person: null }))).toEqual(
      before.map((event) => ({ ...event, person: null })),
    )
    expect(await store.users.find({ userId: user.id })).toEqual(user)
  },

  "sweeps personal data that names no address, whoever's event it is": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const note = { type: "shop.note", detail: {}, at: START } as const
    await store.audit.append({ ...note, userId: user.id, address: null, client: laptop })
    await store.audit.append({ ...note, userId: user.id, address: ada, client: laptop })
    expect(await sweepPersons(store)).toBe(1)
  },

  "leaves personal data written at the given time or since": async ({ store, expect }) => {
    await ask(store)
    expect(await sweepPersons(store, { personsBefore: START })).toBe(0)
    expect(await sweepPersons(store, { personsBefore: START + 1 })).toBe(1)
  },

  "takes no time later than its own for personal data": async ({ store, expect }) => {
    await ask(store)
    expect(await sweepPersons(store, { at: START, personsBefore: later })).toBe(0)
  },

  "leaves personal data alone where it is given no time": async ({ store, expect }) => {
    await ask(store)
    expect(await sweep(store, { at: later, askedBefore: later, endedBefore: later })).toMatchObject({ persons: 0 })
  },

  "goes on through personal data where it stopped, a few at a time, and says when there is more": async ({
    store,
    expect,
  }) => {
    for (let i = 0; i < 15; i++) await signIn(store, { at: START + i * MINUTE })
    for (let i = 0; i < 3; i++) await ask(store, { address: bob, at: START + HOUR })
    let [persons, calls, isMore] = [0, 0, true]
    for (; isMore; calls++) {
      const swept = await sweep(store, { at: later, max: 2, personsBefore: later })
      expect(swept.persons > 2).toBe(false)
      persons += swept.persons
      isMore = swept.isMoreOfPersons
    }
    expect(persons).toBe(3)
    expect(calls).toBeGreaterThan(2)
    expect(await sweep(store, { at: later, max: 2, personsBefore: later })).toMatchObject({
      persons: 0,
      isMoreOfPersons: false,
    })
  },
}

async function sweepPersons(store: Store, change: { at?: number; max?: number; personsBefore?: number } = {}) {
  const { persons } = await sweep(store, { at: later, personsBefore: later, ...change })
  return persons
}

async function sweepRequests(store: Store, change: { at?: number; max?: number; askedBefore?: number } = {}) {
  const { requests } = await sweep(store, { at: later, askedBefore: later, ...change })
  return requests
}

async function sweepSessions(store: Store, change: { at?: number; max?: number; endedBefore?: number } = {}) {
  const { sessions } = await sweep(store, { at: later, endedBefore: later, ...change })
  return sessions
}

function revoke(store: Store, { user, session }: Browser, at: number) {
  return store.sessions.revoke({ userId: user.id, sessionId: session.id, reason: "signed_out", client: laptop, at })
}
