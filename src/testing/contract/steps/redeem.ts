import { DAY, HOUR, MINUTE } from "../../../core/clock.ts"
import { systemRandom } from "../../../core/random.ts"
import type { NewSession, Session } from "../../../core/sessions/session.ts"
import { createSessionToken, hashSessionToken, type SessionTokenHash } from "../../../core/sessions/session-token.ts"
import type { OpenRequest, RedeemCode, Redeemed, RedeemLink, Store } from "../../../core/store.ts"
import type { User } from "../../../core/users/user.ts"
import { laptop, newId, START, wideLimit } from "./ask.ts"
import { type Mail, mailTo } from "./deliver.ts"

/** A browser in which somebody is signed in. */
export interface Browser {
  readonly user: User
  readonly session: Session
  readonly tokenHash: SessionTokenHash
  readonly mail: Mail
}

/** Presses the button of a link a minute after it was minted, in the browser that asked. */
export function redeemLink(store: Store, mail: Mail, change: Partial<RedeemLink> = {}) {
  const { tokenHash } = mail.link
  return store.links.redeem({
    tokenHash,
    flowHash: mail.flowHash,
    matchNumber: null,
    ...attempt(mail, change.at),
    ...change,
  })
}

/** Types the code of a mail a minute after it was minted, in the browser that asked. */
export function redeemCode(store: Store, mail: Mail, change: Partial<RedeemCode> = {}) {
  return store.codes.redeem({
    codeHashes: [mail.link.codeHash],
    flowHash: mail.flowHash,
    ...attempt(mail, change.at),
    ...change,
  })
}

/** A browser other than the one that asked. */
export const elsewhere = { flowHash: null } as const

function attempt(mail: Mail, at = mail.link.at + MINUTE) {
  const limit = wideLimit("redeem_client")
  return { limit, client: laptop, at, session: newSession(at), newUserId: newId(at), replaces: null }
}

export function newSession(at: number, change: Partial<NewSession> = {}): NewSession {
  const tokenHash = hashSessionToken(createSessionToken(systemRandom, START))
  return {
    id: newId(at),
    tokenHash,
    idleExpiresAt: at + HOUR,
    expiresAt: at + DAY,
    device: "Firefox on Linux",
    ...change,
  }
}

/** Asks, opens the mail and presses the button. */
export async function signIn(
  store: Store,
  request: Partial<OpenRequest> = {},
  change: Partial<NewSession> = {},
): Promise<Browser> {
  const mail = await mailTo(store, request)
  const session = newSession(mail.link.at + MINUTE, change)
  const redeemed = redeemedBy(await redeemLink(store, mail, { session }))
  return { user: redeemed.user, session: redeemed.session, tokenHash: session.tokenHash, mail }
}

export function redeemedBy(outcome: Redeemed | { readonly status: string }): Redeemed {
  if (!("session" in outcome)) throw new Error(`expected to be signed in, but the outcome is ${outcome.status}`)
  return outcome
}

/** How many outcomes there were of each status. */
export function tally(outcomes: readonly { readonly status: string }[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status } of outcomes) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** Starts `count` decisions before any of them is awaited. */
export function atOnce<Outcome>(count: number, decide: (index: number) => Promise<Outcome>): Promise<Outcome[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => decide(index)))
}
