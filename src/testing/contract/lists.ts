import { DAY, HOUR, MINUTE } from "../../core/clock.ts"
import type { Store } from "../../core/store.ts"
import type { ListUsers } from "../../core/users/look-after-users.ts"
import type { Facts } from "./lab.ts"
import { ada, addressOf, bob, carol, laptop, newId, START } from "./steps/ask.ts"
import { type Browser, signIn } from "./steps/redeem.ts"

export const userListFacts: Facts = {
  "lists users by address, in the order of its bytes": async ({ store, expect }) => {
    const addresses = ["bob@example.com", "b-b@example.com", "b.b@example.com", "a_z@example.com", "az@example.com"]
    await people(store, addresses)
    expect(await list(store)).toEqual(addresses.toSorted())
    const [first] = await store.users.list({ after: null, max: 1, prefix: "", onlyDisabled: false })
    expect(first).toEqual(await store.users.find({ userId: first?.id ?? "" }))
  },

  "lists page after page, without gap or overlap": async ({ store, expect }) => {
    const addresses = Array.from({ length: 9 }, (_, i) => `user${i}@example.com`)
    await people(store, addresses)
    const first = await list(store, { max: 4 })
    const second = await list(store, { max: 4, after: first.at(-1) ?? "" })
    const third = await list(store, { max: 4, after: second.at(-1) ?? "" })
    expect([...first, ...second, ...third]).toEqual(addresses)
    expect(third).toHaveLength(1)
    expect(await list(store, { after: third.at(-1) ?? "" })).toEqual([])
  },

  "goes on after an address that is nobody's": async ({ store, expect }) => {
    await people(store, [ada, carol])
    expect(await list(store, { after: bob })).toEqual([carol])
  },

  "finds what begins like the prefix, which has nothing special in it": async ({ store, expect }) => {
    const addresses = [
      "a+b@example.com",
      "a_b@example.com",
      "a_b@example.company",
      "a_c@example.com",
      "axb@example.com",
      "zed@example.com",
    ]
    await people(store, addresses)
    expect(await list(store, { prefix: "a_b" })).toEqual(["a_b@example.com", "a_b@example.company"])
    expect(await list(store, { prefix: "a_b@example.com" })).toEqual(["a_b@example.com", "a_b@example.company"])
    expect(await list(store, { prefix: "a_b@example.com", after: "a_b@example.com" })).toEqual(["a_b@example.company"])
    expect(await list(store, { prefix: "a_", after: "zed@example.com" })).toEqual([])
    expect(await list(store, { prefix: "a_", after: "a" })).toHaveLength(3)
    for (const prefix of ["%", "_", "*", "A_B", "b@", "é", "'", "\\", "zf"]) {
      expect(await list(store, { prefix }), prefix).toEqual([])
    }
  },

  "lists disabled users alone, by the page and by the prefix": async ({ store, expect }) => {
    const addresses = Array.from({ length: 6 }, (_, i) => `user${i}@example.com`)
    const ids = await people(store, addresses)
    for (const userId of ids.filter((_, i) => i % 2 === 1)) await setDisabled(store, userId, true)
    const disabled = addresses.filter((_, i) => i % 2 === 1)
    expect(await list(store, { onlyDisabled: true })).toEqual(disabled)
    expect(await list(store, { onlyDisabled: true, after: "user1@example.com", max: 1 })).toEqual(["user3@example.com"])
    expect(await list(store, { onlyDisabled: true, prefix: "user4" })).toEqual([])
    await setDisabled(store, ids[3] ?? "", false)
    expect(await list(store, { onlyDisabled: true })).toEqual(["user1@example.com", "user5@example.com"])
    expect(await list(store)).toEqual(addresses)
  },
}

const at = START + HOUR

export const sessionListFacts: Facts = {
  "lists everybody's live sessions with their users, newest first": async ({ store, expect }) => {
    const [first, second, third] = await browsers(store)
    expect(await store.sessions.listAll({ after: null, max: 10, at })).toEqual([third, second, first].map(signedIn))
  },

  "lists them page after page": async ({ store, expect }) => {
    const [first, second, third] = await browsers(store)
    const page = await store.sessions.listAll({ after: null, max: 2, at })
    expect(page).toEqual([third, second].map(signedIn))
    const rest = await store.sessions.listAll({ after: page.at(-1)?.session ?? null, max: 2, at })
    expect(rest).toEqual([signedIn(first)])
  },

  "lists sessions of one moment page after page": async ({ store, expect }) => {
    const times = { idleExpiresAt: START + DAY, expiresAt: START + 2 * DAY }
    const same: Browser[] = []
    for (let i = 0; i < 7; i++) same.push(await signIn(store, { address: addressOf(`user${i}@example.com`) }, times))
    const listed: string[] = []
    let after: Browser["session"] | null = null
    for (let page = 0; page < 4; page++) {
      const some: readonly { session: Browser["session"] }[] = await store.sessions.listAll({ after, max: 2, at })
      listed.push(...some.map(({ session }) => session.id))
      after = some.at(-1)?.session ?? null
    }
    expect(listed.toSorted()).toEqual(same.map(({ session }) => session.id).toSorted())
  },

  "lists none that ended in any way": async ({ store, expect }) => {
    const [first, second, third] = await browsers(store)
    await store.sessions.revoke({ ...by(first), sessionId: first.session.id, at })
    await setDisabled(store, second.user.id, true)
    expect(await store.sessions.listAll({ after: null, max: 10, at })).toEqual([signedIn(third)])
    const { idleExpiresAt } = third.session
    expect(await store.sessions.listAll({ after: null, max: 10, at: idleExpiresAt - 1 })).toHaveLength(1)
    expect(await store.sessions.listAll({ after: null, max: 10, at: idleExpiresAt })).toEqual([])
  },

  "finds a live session by its public id, whosever it is": async ({ store, expect }) => {
    const [first, second] = await browsers(store)
    for (const browser of [first, second])
      expect(await store.sessions.find({ sessionId: browser.session.id, at })).toEqual(signedIn(browser))
    for (const sessionId of ["", "%", newId(), first.tokenHash, first.user.id])
      expect(await store.sessions.find({ sessionId, at }), sessionId).toBe(null)
  },

  "finds no session that ended": async ({ store, expect }) => {
    const [first, second] = await browsers(store)
    await store.sessions.revoke({ ...by(first), sessionId: first.session.id, at })
    expect(await store.sessions.find({ sessionId: first.session.id, at })).toBe(null)
    const { id: sessionId, idleExpiresAt } = second.session
    expect(await store.sessions.find({ sessionId, at: idleExpiresAt })).toBe(null)
  },
}

async function list(store: Store, change: Partial<ListUsers> = {}): Promise<readonly string[]> {
  const users = await store.users.list({ after: null, max: 100, prefix: "", onlyDisabled: false, ...change })
  return users.map(({ email }) => email)
}

async function people(store: Store, addresses: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = []
  for (const address of addresses) ids.push((await signIn(store, { address: addressOf(address) })).user.id)
  return ids
}

function setDisabled(store: Store, userId: string, isDisabled: boolean) {
  return store.users.setDisabled({ userId, isDisabled, by: "application", client: laptop, at })
}

/** Ada, Bob and Carol, ten minutes after each other, for a day. */
async function browsers(store: Store): Promise<[Browser, Browser, Browser]> {
  const enter = (address: typeof ada, minutes: number) =>
    signIn(
      store,
      { address, at: START + minutes * MINUTE },
      { idleExpiresAt: START + DAY, expiresAt: START + 2 * DAY + minutes * MINUTE },
    )
  return [await enter(ada, 0), await enter(bob, 10), await enter(carol, 20)]
}

const signedIn = ({ user, session }: Browser) => ({ user, session })
const by = ({ user }: Browser) => ({ userId: user.id, reason: "signed_out", client: laptop }) as const
