import type { Address } from "../../../src/core/addresses/canonical-address.ts"
import { HOUR, MINUTE, SECOND } from "../../../src/core/clock.ts"
import type { LimitTake } from "../../../src/core/limits/limit.ts"
import type { SessionTokenHash } from "../../../src/core/sessions/session-token.ts"
import type { OpenRequest, RedeemCode, Redeemed, RedeemLink } from "../../../src/core/store.ts"
import type { User } from "../../../src/core/users/user.ts"
import { addressOf, ask, laptop, newId, openRequest, START } from "../../../src/testing/contract/steps/ask.ts"
import { claim, type Mail, mintLink, newCodeHash, settleSent } from "../../../src/testing/contract/steps/deliver.ts"
import { newSession } from "../../../src/testing/contract/steps/redeem.ts"
import { type Field, times } from "./field.ts"
import { type Order, order } from "./order.ts"

let nextAddress = 0

/** Addresses that no race has had before. */
export function newAddresses(count: number): readonly Address[] {
  return times(count, () => addressOf(`racer${nextAddress++}@example.com`))
}

/** Asks, mints and sends for each of these at once, as one worker does that finds them all. */
export async function mailAll({ store, mails }: Field, requests: readonly Partial<OpenRequest>[]): Promise<Mail[]> {
  const asked = await Promise.all(requests.map((request) => ask(store, request)))
  const at = Math.max(START, ...asked.map(({ request }) => request.at)) + SECOND
  const leaseId = newId(at)
  await claim(store, { at, leaseId, max: 100_000 })
  const sent = asked.map((one) => ({ ...one, link: mintLink(one, leaseId, { at, expiresAt: at + HOUR }) }))
  await Promise.all(sent.map(({ link }) => store.links.mint(link)))
  const outcomes = await Promise.all(sent.map((mail) => settleSent(store, mail)))
  if (outcomes.some((outcome) => outcome !== "settled")) throw new Error("a mail was not settled")
  mails.push(...sent)
  return sent
}

export interface Person {
  readonly user: User
  readonly sessionId: string
  readonly tokenHash: SessionTokenHash
}

/** New people, each with a session. */
export async function signInAll(field: Field, count: number): Promise<readonly Person[]> {
  const mails = await mailAll(
    field,
    newAddresses(count).map((address) => ({ address })),
  )
  const finishes = await field.decide(...mails.map((mail) => press(mail)))
  return finishes.map((finish) => {
    const { user, session } = finish.outcome as Redeemed
    return { user, sessionId: session.id, tokenHash: (finish.order.args as RedeemLink).session.tokenHash }
  })
}

/** Presses the button of a link, in the browser that asked. */
export function press({ link, flowHash }: Mail, change: Partial<RedeemLink> = {}): Order {
  const { tokenHash } = link
  return order("links", "redeem", { tokenHash, flowHash, matchNumber: null, ...attempt(link.at + MINUTE), ...change })
}

/** Types the code of a mail. */
export function type({ link, flowHash }: Mail, change: Partial<RedeemCode> = {}): Order {
  return order("codes", "redeem", { codeHashes: [link.codeHash], flowHash, ...attempt(link.at + MINUTE), ...change })
}

export const typeWrongly = (mail: Mail): Order => type(mail, { codeHashes: [newCodeHash()] })

export function askAgain({ flowHash, link, request: { address } }: Mail): Order {
  return order("requests", "open", openRequest({ address, flowHash, at: link.at + MINUTE }))
}

export function take(limit: LimitTake, at: number): Order {
  return order("limits", "take", { limit, address: null, client: laptop, at })
}

export function disable(userId: string, at: number, isDisabled = true): Order {
  return order("users", "setDisabled", { userId, isDisabled, by: "application", client: laptop, at })
}

export function signOut(userId: string, at: number, sessionId: string | "all" = "all"): Order {
  return order("sessions", "revoke", { userId, sessionId, reason: "signed_out", client: laptop, at })
}

export function use(userId: string, at: number, provider = "google"): Order {
  return order("providers", "record", { userId, provider, client: laptop, at })
}

function attempt(at: number) {
  const limit: LimitTake | null = null
  return { limit, client: laptop, at, session: newSession(at), newUserId: newId(at), replaces: null }
}
