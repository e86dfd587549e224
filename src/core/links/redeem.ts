import type { Client } from "../audit/event.ts"
import type { Context } from "../context.ts"
import { uuidv7 } from "../ids.ts"
import { type LimitTake, limitTake } from "../limits/limit.ts"
import {
  createSessionToken,
  hashSessionToken,
  type SessionToken,
  type SessionTokenHash,
} from "../sessions/session-token.ts"
import type { RateLimited, RedeemCodeOutcome, Redeemed, RedeemLinkOutcome } from "../store.ts"
import { type Code, hashCode } from "./code.ts"
import { type Flow, hashFlow } from "./flow.ts"
import { hashToken, type Token } from "./token.ts"

/** Who redeems, from which browser. */
export interface Redeemer {
  readonly flow: Flow | null
  /** The session that this browser holds already. */
  readonly replaces: SessionTokenHash | null
  readonly device: string
  readonly client: Client
  readonly clientSubject: string
}

/** A redeem that worked, with the secret for the session cookie: it exists here and in the cookie only. */
export type SignedInWith<Outcome> = Exclude<Outcome, Redeemed> | (Redeemed & { readonly sessionToken: SessionToken })

/** Uses a link up. In a browser without the flow it takes the match number shown in the one with it. */
export async function redeemLink(
  context: Context,
  link: Redeemer & { readonly token: Token; readonly matchNumber: number | null },
): Promise<SignedInWith<RedeemLinkOutcome>> {
  return redeem(context, link, (shared) => {
    const flowHash = link.flow === null ? null : hashFlow(link.flow)
    return context.store.links.redeem({
      ...shared,
      tokenHash: hashToken(link.token),
      flowHash,
      matchNumber: link.matchNumber,
    })
  })
}

/** Uses a code up, in the browser that holds the flow. */
export async function redeemCode(
  context: Context,
  code: Redeemer & { readonly flow: Flow; readonly code: Code },
): Promise<SignedInWith<RedeemCodeOutcome>> {
  return redeem(context, code, (shared) => {
    const flowHash = hashFlow(code.flow)
    const codeHashes = context.settings.secrets.map((secret) => hashCode(code.code, flowHash, secret))
    return context.store.codes.redeem({ ...shared, flowHash, codeHashes })
  })
}

type Shared = ReturnType<typeof sharedHalf>

async function redeem<Outcome extends { readonly status: string }>(
  context: Context,
  redeemer: Redeemer,
  decide: (shared: Shared) => Promise<Outcome | Redeemed | RateLimited>,
): Promise<SignedInWith<Outcome>> {
  const { settings, clock, random, refusals } = context
  const at = clock.now()
  const limit = limitTake("redeem_client", settings.limits.redeemClient, redeemer.clientSubject)
  const remembered = limit === null ? null : refusals.refuse(limit, at)
  if (remembered !== null) {
    return { status: "rate_limited", quota: remembered, isReported: false } as unknown as SignedInWith<Outcome>
  }
  // Never derived from the link's token: whoever saw the link must not know the session (TOK-15).
  const sessionToken = createSessionToken(random, at)
  const outcome = await decide(sharedHalf(context, redeemer, limit, sessionToken, at))
  if (outcome.status === "rate_limited" && "quota" in outcome && limit !== null)
    refusals.remember(limit, outcome, redeemer.client, at)
  return (outcome.status === "redeemed" ? { ...outcome, sessionToken } : outcome) as SignedInWith<Outcome>
}

function sharedHalf(
  context: Context,
  redeemer: Redeemer,
  limit: LimitTake | null,
  sessionToken: SessionToken,
  at: number,
) {
  const { settings, random } = context
  return {
    limit,
    at,
    client: redeemer.client,
    replaces: redeemer.replaces,
    newUserId: uuidv7(at, random),
    session: {
      id: uuidv7(at, random),
      tokenHash: hashSessionToken(sessionToken),
      idleExpiresAt: at + Math.min(settings.sessionIdleTtl, settings.sessionTtl),
      expiresAt: at + settings.sessionTtl,
      device: redeemer.device,
    },
  }
}
