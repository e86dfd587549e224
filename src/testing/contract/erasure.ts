import { DAY, HOUR, MINUTE } from "../../core/clock.ts"
import type { PersonToErase } from "../../core/erasing/erasure-store.ts"
import { limitKey, limitTake } from "../../core/limits/limit.ts"
import type { Store } from "../../core/store.ts"
import type { Facts } from "./lab.ts"
import { ada, addressOf, ask, askLimits, bob, laptop, newId, phone, START } from "./steps/ask.ts"
import { claim, deliver, lease, mailTo, mintFor, mintLink, settleSent } from "./steps/deliver.ts"
import { decideErasure, ERASED_AT, erase, personsIn } from "./steps/erase.ts"
import { eventsDuring, eventsOf, said } from "./steps/events.ts"
import { redeemCode, redeemLink, signIn } from "./steps/redeem.ts"

export const erasureFacts: Facts = {
  "leaves nothing of a user but the log": async ({ store, expect }) => {
    const { user, session, tokenHash, mail } = await signIn(store)
    await store.providers.record({ userId: user.id, provider: "google", client: phone, at: START })
    const erased = await erase(store, { address: ada, userId: user.id })
    expect(erased).toMatchObject({ outcomes: [{ status: "erased", userId: user.id, sessionsEnded: 1 }], requests: 1 })
    expect(await store.users.find({ userId: user.id })).toBe(null)
    expect(await store.users.find({ address: ada })).toBe(null)
    expect(await store.providers.list(user.id)).toEqual([])
    expect(await store.sessions.list({ userId: user.id, at: START })).toEqual([])
    expect(await store.sessions.find({ sessionId: session.id, at: START + MINUTE })).toBe(null)
    expect(await store.sessions.check({ tokenHash, at: START + MINUTE, idleTtl: HOUR, touchEvery: DAY })).toBe(null)
    expect(await store.requests.latest(mail.flowHash)).toBe(null)
    expect(await store.links.inspect(mail.link.tokenHash)).toBe(null)
    expect(await personsIn(store)).toEqual([])
  },

  "leaves every event as it was, without the person": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const before = await eventsOf(store)
    await erase(store, { address: ada, userId: user.id })
    const after = (await eventsOf(store)).slice(0, before.length)
    expect(after).toEqual(before.map((event) => ({ ...event, person: null })))
  },

  "writes user_erased, and the end of each session, about nobody in particular": async ({ store, expect }) => {
    const { user, session } = await signIn(store)
    const events = await eventsDuring(store, () => erase(store, { address: ada, userId: user.id }))
    expect(said(events)).toEqual([
      { type: "session_revoked", detail: { sessionId: session.id, reason: "user_erased", by: "cli" } },
      { type: "user_erased", detail: { by: "cli" } },
    ])
    const about = { at: ERASED_AT, userId: user.id, person: null, commitment: null }
    for (const event of events) expect(event).toMatchObject(about)
  },

  "ends links, codes and mail that is owed": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const out = await mailTo(store, { at: START + MINUTE })
    const owed = await ask(store, { at: START + 2 * MINUTE })
    await erase(store, { address: ada, userId: user.id })
    expect((await redeemLink(store, out)).status).toBe("unknown")
    expect((await redeemCode(store, out)).status).toBe("unknown")
    expect(await store.requests.latest(owed.flowHash)).toBe(null)
    expect(await claim(store, { at: ERASED_AT })).toEqual([])
    expect(await store.outbox.backlog()).toEqual({ queued: 0, oldestAt: null })
    expect(await store.users.find({ address: ada })).toBe(null)
  },

  "takes the mail out of the hands of whoever sends it": async ({ store, expect }) => {
    const asked = await ask(store)
    const { leaseId } = await lease(store, asked)
    const minted = await mintFor(store, await ask(store, { address: ada, at: START + MINUTE }))
    await erase(store, { address: ada })
    const link = mintLink(asked, leaseId)
    expect((await store.links.mint(link)).status).toBe("lease_lost")
    expect(await settleSent(store, minted)).toBe("lease_lost")
    expect((await redeemLink(store, minted)).status).toBe("unknown")
    expect((await redeemLink(store, { ...asked, link })).status).toBe("unknown")
  },

  "erases an address that is nobody's": async ({ store, expect }) => {
    await ask(store)
    const erased = await erase(store, { address: ada })
    expect(erased).toMatchObject({ requests: 1, persons: 1 })
    expect(await personsIn(store)).toEqual([])
    expect((await eventsOf(store)).at(-1)).toMatchObject({ type: "user_erased", userId: null, person: null })
  },

  "does nothing about somebody of whom nothing is known, and nothing twice": async ({ store, expect }) => {
    const { user } = await signIn(store, { address: bob })
    const person = { address: bob, userId: user.id }
    await erase(store, person)
    const events = await eventsDuring(store, async () => {
      for (const one of [person, { address: ada }, { userId: newId() }])
        expect(await erase(store, one)).toMatchObject({ outcomes: [{ status: "nothing" }], requests: 0, persons: 0 })
    })
    expect(events).toEqual([])
  },

  "leaves everybody else alone": async ({ store, expect }) => {
    const other = await signIn(store, { address: bob })
    const waiting = await mailTo(store, { address: bob, at: START + MINUTE })
    const { user } = await signIn(store)
    const before = (await eventsOf(store)).filter(({ person }) => person?.address === bob)
    await erase(store, { address: ada, userId: user.id })
    const after = (await eventsOf(store)).filter(({ person }) => person?.address === bob)
    expect(after).toEqual(before)
    expect(await store.sessions.list({ userId: other.user.id, at: START + MINUTE })).toEqual([other.session])
    expect((await redeemLink(store, waiting)).status).toBe("redeemed")
  },

  "leaves the person who ended the session of somebody erased by signing in": async ({ store, expect }) => {
    const erased = await signIn(store)
    const mail = await mailTo(store, { address: bob, at: START + MINUTE })
    await redeemLink(store, mail, { replaces: erased.tokenHash })
    await erase(store, { address: ada, userId: erased.user.id })
    const ended = (await eventsOf(store)).find(({ type }) => type === "session_revoked")
    expect(ended).toMatchObject({ userId: erased.user.id, person: { address: bob } })
  },

  "erases what an application wrote down about the user, under any address and none": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const note = { type: "shop.note", detail: {}, at: START } as const
    const other = addressOf("ada@work.example")
    await store.audit.append({ ...note, userId: user.id, address: null, client: phone })
    await store.audit.append({ ...note, userId: user.id, address: other, client: phone })
    await store.audit.append({ ...note, userId: null, address: ada, client: phone })
    await store.audit.append({ ...note, userId: newId(), address: bob, client: phone })
    await erase(store, { address: ada, userId: user.id })
    expect(await personsIn(store)).toEqual([bob])
  },

  "lets the person sign in again, as somebody new": async ({ store, expect }) => {
    const first = await signIn(store)
    await erase(store, { address: ada, userId: first.user.id })
    const again = await signIn(store, { at: ERASED_AT + MINUTE })
    expect(again.user.id === first.user.id).toBe(false)
    expect((await store.providers.list(again.user.id)).map(({ uses }) => uses)).toEqual([1])
    expect(await store.users.find({ address: ada })).toEqual(again.user)
  },

  "forgets the limits that it is told": async ({ store, expect }) => {
    const limit = limitTake("ask_address", { max: 1, windowMs: HOUR }, ada)
    const take = () => store.limits.take({ limit, address: null, client: laptop, at: START })
    await take()
    expect((await take()).status).toBe("refused")
    await erase(store, { address: ada })
    expect((await take()).status).toBe("admitted")
    expect(limit.key).toBe(limitKey("ask_address", ada))
  },

  "goes through all of it in stretches, however short": async ({ store, expect }) => {
    const { user } = await signIn(store)
    await mailTo(store, { address: bob })
    const before = await eventsOf(store)
    const people = [{ address: ada, userId: user.id, before: null }]
    let [from, requests, looked] = [null as string | null, 0, 0]
    for (let isEnd = false; !isEnd; ) {
      const stretch = await store.erasure.walk({ people, from, reach: 1, at: ERASED_AT })
      requests += stretch.requests
      looked += stretch.looked
      isEnd = stretch.isEnd
      from = stretch.next
    }
    expect(requests).toBe(1)
    expect(looked).toBeGreaterThan(before.length)
    expect(new Set(await personsIn(store))).toEqual(new Set([bob]))
    // The decision is still to come.
    expect(await store.users.find({ address: ada })).toEqual(user)
  },
}

export const laterErasureFacts: Facts = {
  "ends what was asked while the walk was under way": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const person = { address: ada, userId: user.id, before: null }
    const next = await walkThrough(store, person)
    const mail = await mailTo(store, { at: ERASED_AT - MINUTE })
    const owed = await ask(store, { at: ERASED_AT - MINUTE })
    const decision = { from: next, wasFound: false, limitKeys: [], by: "application", at: ERASED_AT } as const
    expect(await store.erasure.erase({ ...person, ...decision })).toMatchObject({ status: "erased", requests: 2 })
    expect((await redeemLink(store, mail)).status).toBe("unknown")
    expect(await store.requests.latest(owed.flowHash)).toBe(null)
    expect(await claim(store, { at: ERASED_AT })).toEqual([])
  },

  "leaves somebody who came back after the time it is given": async ({ store, expect }) => {
    await signIn(store)
    await erase(store, { address: ada })
    const back = await signIn(store, { at: START + 2 * HOUR })
    const waiting = await mailTo(store, { at: START + 3 * HOUR })
    const persons = await personsIn(store)
    const events = await eventsDuring(store, () => erase(store, { address: ada, before: ERASED_AT }))
    expect(events).toEqual([])
    expect(await personsIn(store)).toEqual(persons)
    expect(await store.users.find({ address: ada })).toEqual(back.user)
    expect((await redeemLink(store, waiting)).status).toBe("redeemed")
  },

  "erases what is older than the time it is given, of somebody who came back": async ({ store, expect }) => {
    await deliver(store, await ask(store))
    const back = await signIn(store, { at: START + 2 * HOUR })
    expect(await erase(store, { address: ada, before: ERASED_AT })).toMatchObject({ requests: 1 })
    expect(await store.users.find({ address: ada })).toEqual(back.user)
    const persons = await personsOf(store)
    expect(persons.filter(({ at }) => at < ERASED_AT)).toEqual([])
    expect(persons.length).toBeGreaterThan(3)
  },

  "erases a user by the id alone, and an address alone with its user": async ({ store, expect }) => {
    const { user } = await signIn(store)
    expect(await decideErasure(store, { userId: user.id })).toMatchObject({ status: "erased", userId: user.id })
    const other = await signIn(store, { address: bob })
    expect(await decideErasure(store, { address: bob })).toMatchObject({ status: "erased", userId: other.user.id })
    expect(await store.users.find({ address: bob })).toBe(null)
  },

  "knows which ids belong to users": async ({ store, expect }) => {
    const { user } = await signIn(store)
    expect(await store.erasure.present([newId(), user.id])).toEqual([user.id])
    await erase(store, { userId: user.id })
    expect(await store.erasure.present([newId(), user.id])).toEqual([])
    expect(await store.erasure.present([])).toEqual([])
  },

  "tells every address that stands anywhere, in stretches": async ({ store, expect }) => {
    const note = { type: "shop.note", detail: {}, userId: null, client: laptop, at: START } as const
    await signIn(store)
    await ask(store, { address: bob, limits: askLimits() })
    await store.audit.append({ ...note, address: addressOf("carol@example.com") })
    await store.audit.append({ ...note, address: null })
    for (const reach of [1, 2, 1_000]) {
      const addresses = new Set<string>()
      let from: string | null = null
      do {
        const stretch: Awaited<ReturnType<Store["erasure"]["addresses"]>> = await store.erasure.addresses({
          from,
          reach,
        })
        for (const address of stretch.addresses) addresses.add(address)
        from = stretch.next
      } while (from !== null)
      expect([...addresses].sort()).toEqual(["ada@example.com", "bob@example.com", "carol@example.com"])
    }
  },
}

async function walkThrough(store: Store, person: PersonToErase): Promise<string> {
  const walk = { people: [person], reach: 1_000, at: ERASED_AT }
  let stretch = await store.erasure.walk({ ...walk, from: null })
  while (!stretch.isEnd) stretch = await store.erasure.walk({ ...walk, from: stretch.next })
  return stretch.next
}

async function personsOf(store: Store) {
  return (await eventsOf(store)).filter(({ person }) => person !== null)
}
