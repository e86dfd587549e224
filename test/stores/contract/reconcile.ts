import { expect } from "vitest"
import type { AuditEvent, EventDetail, EventType } from "../../../src/core/audit/event.ts"
import type { Session } from "../../../src/core/sessions/session.ts"
import type { SignedIn, Store } from "../../../src/core/store.ts"
import type { User } from "../../../src/core/users/user.ts"
import { START } from "../../../src/testing/contract/steps/ask.ts"
import { eventsOf } from "../../../src/testing/contract/steps/events.ts"
import { type Field, tallyOf } from "./field.ts"

const EVERYTHING = 1_000_000

/** No state without its event, no event without its state, and no answer that both deny (P5): all that the port can tell. */
export async function reconcile(field: Field): Promise<void> {
  const { store } = field
  const events = await eventsOf(store)
  const log = createLog(events)
  expect(events.length).toBeGreaterThan(0)
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
  await reconcileSessions(store, log)
  await reconcileUsers(store, log)
  await reconcileLinks(field, log)
  await reconcileMail(store, log)
  reconcileAnswers(field, log)
}

type Told<T extends EventType> = { readonly userId: string | null; readonly detail: EventDetail[T] }
type Log = <T extends EventType>(type: T) => readonly Told<T>[]

function createLog(events: readonly AuditEvent[]): Log {
  const byType = Map.groupBy(events, ({ type }) => type)
  return <T extends EventType>(type: T) => (byType.get(type) ?? []) as unknown as readonly Told<T>[]
}

async function reconcileSessions(store: Store, log: Log): Promise<void> {
  const name = ({ userId, detail }: { userId: string | null; detail: { sessionId: string } }) =>
    `${detail.sessionId} of ${userId}`
  const created = log("session_created").map(name)
  const revoked = log("session_revoked").map(name)
  expect(beyond(revoked, created), "ended and never begun, or ended twice").toEqual([])
  const live = (await allSessions(store)).map(({ user, session }) => `${session.id} of ${user.id}`)
  expect(live.sort()).toEqual(beyond(created, revoked).sort())
}

async function reconcileUsers(store: Store, log: Log): Promise<void> {
  const users = await store.users.list({ after: null, max: EVERYTHING, prefix: "", onlyDisabled: false })
  expect(idsOf(users)).toEqual(
    log("user_created")
      .map(({ userId }) => userId)
      .sort(),
  )
  const disabled = await store.users.list({ after: null, max: EVERYTHING, prefix: "", onlyDisabled: true })
  const enabledAgain = log("user_enabled").map(({ userId }) => userId)
  expect(idsOf(disabled)).toEqual(
    beyond(
      log("user_disabled").map(({ userId }) => userId),
      enabledAgain,
    ).sort(),
  )
  const uses = await Promise.all(
    users.map(async ({ id }) =>
      (await store.providers.list(id)).flatMap((use) => Array<string>(use.uses).fill(`${id} by ${use.provider}`)),
    ),
  )
  expect(uses.flat().sort()).toEqual(
    log("provider_used")
      .map(({ userId, detail }) => `${userId} by ${detail.provider}`)
      .sort(),
  )
  const firsts = log("provider_used").filter(({ detail }) => detail.isFirst)
  expect(firsts.map(({ userId, detail }) => `${userId} by ${detail.provider}`).sort()).toEqual(
    [...new Set(uses.flat())].sort(),
  )
}

async function reconcileLinks({ store, mails }: Field, log: Log): Promise<void> {
  const views = await Promise.all(mails.map(({ link }) => store.links.inspect(link.tokenHash)))
  const used = views.flatMap((view) => (view !== null && view.consumedAt !== null ? [view.linkId] : []))
  expect(used.sort()).toEqual(
    log("link_consumed")
      .map(({ detail }) => detail.linkId)
      .sort(),
  )
  expect(log("link_consumed").length).toBe(log("session_created").length)
}

async function reconcileMail(store: Store, log: Log): Promise<void> {
  const asked = log("link_requested").map(({ detail }) => detail.requestId)
  const settled = [
    ...log("link_sent"),
    ...log("link_withheld"),
    ...log("send_failed").filter(({ detail }) => detail.next === "given_up"),
  ].map(({ detail }) => detail.requestId)
  expect(beyond(settled, asked), "settled twice, or never asked for").toEqual([])
  expect((await store.outbox.backlog()).queued).toBe(asked.length - settled.length)
}

/** What the callers of redeeming were told, against the log. */
function reconcileAnswers({ finishes }: Field, log: Log): void {
  const {
    redeemed = 0,
    rate_limited: _,
    ...failures
  } = tallyOf(finishes.filter(({ order: { method } }) => method === "redeem"))
  expect(redeemed).toBe(log("session_created").length)
  const told = Object.entries(failures).map(([status, count]) => [status === "refused" ? "disabled" : status, count])
  const reasons = log("consume_failed").map(({ detail }) => ({ order: null, outcome: detail.reason }))
  expect(Object.fromEntries(told)).toEqual(tallyOf(reasons as never))
}

async function allSessions(store: Store): Promise<readonly SignedIn[]> {
  const all: SignedIn[] = []
  let after: Pick<Session, "id" | "expiresAt"> | null = null
  for (;;) {
    const page: readonly SignedIn[] = await store.sessions.listAll({ after, max: 500, at: START })
    all.push(...page)
    after = page.at(-1)?.session ?? null
    if (after === null) return all
  }
}

const idsOf = (users: readonly User[]) => users.map(({ id }) => id).sort()

/** What is in `ones` more often than in `others`. */
function beyond<T>(ones: readonly T[], others: readonly T[]): T[] {
  const left = new Map<T, number>()
  for (const one of others) left.set(one, (left.get(one) ?? 0) + 1)
  return ones.filter((one) => {
    const count = left.get(one) ?? 0
    left.set(one, count - 1)
    return count <= 0
  })
}
