import { expect } from "vitest"
import { DAY, HOUR, SECOND } from "../../src/core/clock.ts"
import type { NewSession } from "../../src/core/sessions/session.ts"
import type { MintLink, OpenRequest, OutboxItem, RedeemLinkOutcome, SettleOutbox } from "../../src/core/store.ts"
import type { Store } from "../../src/index.ts"
import { addressOf, laptop, newId, openRequest, START } from "../../src/testing/contract/steps/ask.ts"
import { claim, mintLink, newCodeHash } from "../../src/testing/contract/steps/deliver.ts"
import { eventsOf } from "../../src/testing/contract/steps/events.ts"
import { newSession } from "../../src/testing/contract/steps/redeem.ts"

/** What may happen to a site; `who` and `which` pick among what there is by then. */
export type Step =
  | { readonly does: "ask"; readonly who: number; readonly keepsFlow: boolean }
  | { readonly does: "mail"; readonly result: "sent" | "withheld" | "later" | "given_up" | "released" | "nothing" }
  | { readonly does: "press"; readonly which: number; readonly isElsewhere: boolean }
  | { readonly does: "type"; readonly which: number; readonly isRight: boolean }
  | { readonly does: "check" | "end"; readonly which: number }
  | { readonly does: "end_all" | "disable" | "enable"; readonly who: number }
  | { readonly does: "wait"; readonly ms: number }
  | { readonly does: "sweep"; readonly max: number }

const KEPT = { requests: 7 * DAY, sessions: 30 * DAY }
// As long as the flow cookie: no browser shows an older one.
const FLOW_LIFE = 2 * HOUR
const PEOPLE = ["ada@example.com", "bob@example.com", "carol@example.com"].map(addressOf)

interface Asked {
  readonly request: OpenRequest
  readonly flowHash: OpenRequest["freshFlowHash"]
}

interface StartedSession {
  readonly userId: string
  readonly session: NewSession
}

/** Two stores to which the same happens, word for word, but that rows which are over go from one of them only. */
export class TwinStores {
  readonly #whole: Store
  readonly #swept: Store
  readonly #asked: Asked[] = []
  readonly #mails: (Asked & { readonly link: MintLink })[] = []
  readonly #sessions: StartedSession[] = []
  #at = START
  #askedBefore = 0
  /** How many rows went. */
  deleted = 0

  constructor(whole: Store, swept: Store) {
    this.#whole = whole
    this.#swept = swept
  }

  async play(step: Step): Promise<void> {
    this.#at += SECOND
    if (step.does === "ask") await this.#ask(step.who, step.keepsFlow)
    if (step.does === "mail") await this.#mail(step.result)
    if (step.does === "press") await this.#press(step.which, step.isElsewhere)
    if (step.does === "type") await this.#type(step.which, step.isRight)
    if (step.does === "check") await this.#check(pick(this.#sessions, step.which))
    if (step.does === "end") await this.#end(pick(this.#sessions, step.which))
    if (step.does === "end_all" || step.does === "disable" || step.does === "enable") await this.#lookAfter(step)
    if (step.does === "wait") this.#at += step.ms
    if (step.does === "sweep") await this.#sweep(step.max)
  }

  /** Everything that matters from here on is the same in both. */
  async compare(): Promise<void> {
    const at = this.#at
    await this.#both(({ users }) => users.list({ after: null, max: 99, prefix: "", onlyDisabled: false }))
    await this.#both(({ sessions }) => sessions.listAll({ after: null, max: 999, at }))
    await this.#both(({ outbox }) => outbox.backlog())
    await this.#both((store) =>
      eventsOf(store).then((events) => events.filter(({ type }) => type !== "consume_failed").map(plain)),
    )
    for (const one of this.#sessions) await this.#check(one)
    for (const { flowHash, request } of this.#asked)
      if (request.at >= this.#askedBefore) await this.#both(({ requests }) => requests.latest(flowHash))
    for (const { link, request } of this.#mails)
      if (request.at >= this.#askedBefore || link.expiresAt > at)
        await this.#both(({ links }) => links.inspect(link.tokenHash))
    for (const index of this.#mails.keys()) await this.#press(index, false)
    await this.#both((store) => claim(store, { at: at + 365 * DAY, leaseId: "the last" }))
  }

  async #both<Answer>(decide: (store: Store) => Promise<Answer>): Promise<Answer> {
    const whole = await decide(this.#whole)
    expect(await decide(this.#swept)).toEqual(whole)
    return whole
  }

  async #ask(who: number, keepsFlow: boolean): Promise<void> {
    const [address = PEOPLE[0]] = [PEOPLE[who % PEOPLE.length]]
    const held = this.#asked.findLast((asked) => asked.request.address === address && this.#holds(asked))
    const flowHash = keepsFlow ? (held?.flowHash ?? null) : null
    const request = openRequest({ address: address ?? addressOf("ada@example.com"), flowHash, at: this.#at })
    const outcome = await this.#both(({ requests }) => requests.open(request))
    const isKept = outcome.status === "opened" && outcome.flow === "kept"
    this.#asked.push({ request, flowHash: isKept ? (flowHash ?? request.freshFlowHash) : request.freshFlowHash })
  }

  async #mail(result: Extract<Step, { does: "mail" }>["result"]): Promise<void> {
    const [at, leaseId] = [this.#at, newId(this.#at)]
    const [item] = await this.#both((store) => claim(store, { at, leaseId, max: 1 }))
    const asked = this.#asked.find(({ request }) => request.outboxId === item?.outboxId)
    if (item === undefined || asked === undefined || result === "nothing") return
    const outcome = { ...asked, outcome: { status: "opened", flow: "fresh", quota: null } } as const
    const link = mintLink(outcome, leaseId, { at, expiresAt: at + HOUR })
    if (result !== "withheld") await this.#both(({ links }) => links.mint(link))
    if (result !== "withheld") this.#mails.push({ ...asked, link })
    const settled = settledAs(result, item, link.linkId, at)
    await this.#both(({ outbox }) => outbox.settle({ outboxId: item.outboxId, leaseId, at, result: settled }))
  }

  async #press(which: number, isElsewhere: boolean): Promise<void> {
    const mail = pick(this.#mails, which)
    if (mail === undefined) return
    const session = newSession(this.#at, { idleExpiresAt: this.#at + DAY, expiresAt: this.#at + 5 * DAY })
    const flowHash = isElsewhere || !this.#holds(mail) ? null : mail.flowHash
    const how = { limit: null, client: laptop, at: this.#at, session, newUserId: newId(this.#at), replaces: null }
    const press = { tokenHash: mail.link.tokenHash, flowHash, matchNumber: null, ...how }
    const whole = await this.#whole.links.redeem(press)
    const swept = await this.#swept.links.redeem(press)
    this.#note(whole, session)
    // The one thing that may differ: what a dead link of long ago says of itself.
    const mayBeGone = mail.request.at < this.#askedBefore && whole.status !== "redeemed"
    expect(mayBeGone && swept.status === "unknown" ? whole : swept).toEqual(whole)
  }

  async #type(which: number, isRight: boolean): Promise<void> {
    const mail = pick(this.#mails, which)
    if (mail === undefined || !this.#holds(mail) || mail.request.at < this.#askedBefore) return
    const session = newSession(this.#at, { idleExpiresAt: this.#at + DAY, expiresAt: this.#at + 5 * DAY })
    const how = { limit: null, client: laptop, at: this.#at, session, newUserId: newId(this.#at), replaces: null }
    const codeHashes = [isRight ? mail.link.codeHash : newCodeHash()]
    this.#note(await this.#both(({ codes }) => codes.redeem({ codeHashes, flowHash: mail.flowHash, ...how })), session)
  }

  #note(outcome: RedeemLinkOutcome | { readonly status: string }, session: NewSession): void {
    if ("session" in outcome) this.#sessions.push({ userId: outcome.user.id, session })
  }

  async #check(one: StartedSession | undefined): Promise<void> {
    if (one === undefined) return
    const check = { tokenHash: one.session.tokenHash, at: this.#at, idleTtl: DAY, touchEvery: HOUR }
    await this.#both(({ sessions }) => sessions.check(check))
    await this.#both(({ sessions }) => sessions.find({ sessionId: one.session.id, at: this.#at }))
    await this.#both(({ providers }) => providers.list(one.userId))
  }

  async #end(one: StartedSession | undefined): Promise<void> {
    if (one === undefined) return
    const { userId, session } = one
    const end = { userId, sessionId: session.id, reason: "signed_out", client: laptop, at: this.#at } as const
    await this.#both(({ sessions }) => sessions.revoke(end))
  }

  async #lookAfter({
    does,
    who,
  }: {
    readonly does: "end_all" | "disable" | "enable"
    readonly who: number
  }): Promise<void> {
    const address = PEOPLE[who % PEOPLE.length] ?? addressOf("ada@example.com")
    const user = await this.#both(({ users }) => users.find({ address }))
    if (user === null) return
    const by = { userId: user.id, by: "cli", client: laptop, at: this.#at } as const
    const all = { ...by, sessionId: "all", reason: "signed_out_everywhere" } as const
    if (does === "end_all") await this.#both(({ sessions }) => sessions.revoke(all))
    else await this.#both(({ users }) => users.setDisabled({ ...by, isDisabled: does === "disable" }))
  }

  async #sweep(max: number): Promise<void> {
    const [askedBefore, endedBefore] = [this.#at - KEPT.requests, this.#at - KEPT.sessions]
    this.#askedBefore = Math.max(this.#askedBefore, askedBefore)
    const { requests, sessions } = await this.#swept.retention.sweep({
      at: this.#at,
      max,
      askedBefore,
      endedBefore,
      personsBefore: null,
    })
    this.deleted += requests + sessions
  }

  // A browser shows the flow that it asked in last, as long as its cookie lives.
  #holds({ flowHash }: Asked): boolean {
    const newest = this.#asked.findLast((asked) => asked.flowHash === flowHash)
    return newest !== undefined && this.#at - newest.request.at < FLOW_LIFE
  }
}

function settledAs(
  result: Extract<Step, { does: "mail" }>["result"],
  { requestId }: OutboxItem,
  linkId: string,
  at: number,
): SettleOutbox["result"] {
  const told = { requestId, attempt: 1, transport: "mailbox" }
  if (result === "sent") return { status: "sent", detail: { ...told, linkId } }
  if (result === "withheld") return { status: "withheld", reason: "not_allowed" }
  if (result === "released") return { status: "released" }
  const retryAt = result === "later" ? at + SECOND : null
  const next = retryAt === null ? "given_up" : "later"
  return { status: "failed", retryAt, detail: { ...told, next, reason: "smtp_450" } }
}

function plain({ at, type, userId, detail }: { at: number; type: string; userId: string | null; detail: unknown }) {
  return { at, type, userId, detail }
}

function pick<Item>(items: readonly Item[], which: number): Item | undefined {
  return items[which % Math.max(1, items.length)]
}
