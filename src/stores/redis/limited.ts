import type { Address } from "../../core/addresses/canonical-address.ts"
import type { Client } from "../../core/audit/event.ts"
import type { LimitTake } from "../../core/limits/limit.ts"
import type { LimitStore, OpenRequest, RateLimited, RequestStore, Store } from "../../core/store.ts"
import type { AskTaken, RedisLimits, Taken } from "./limits.ts"

/** Who was refused. */
interface Subject {
  readonly at: number
  readonly address: Address | null
  readonly client: Client
}

/** What a link and a code have in common, as far as their limit goes. */
export type Redeeming = Omit<Subject, "address"> & { readonly limit: LimitTake | null }

/** The decisions of a store that take a limit, with the limit taken in Redis. */
export function createLimited(inner: Store, limits: RedisLimits) {
  async function refuse(taken: Taken, subject: Subject): Promise<RateLimited> {
    const isReported = taken.isFirst && (await report(inner, limits, taken, subject))
    return { status: "rate_limited", quota: taken.quota, isReported }
  }

  // An outage of the database costs nobody an allowance.
  async function decide<Outcome>(taken: readonly Taken[], decision: Promise<Outcome>): Promise<Outcome> {
    try {
      const outcome = await decision
      // Not waited for: an answer must take the same time above an address's limit as below it (P4).
      void limits.confirm(taken)
      return outcome
    } catch (error) {
      await limits.takeBack(taken)
      throw error
    }
  }

  const requests: RequestStore = {
    latest: (flowHash) => inner.requests.latest(flowHash),
    async open(request) {
      const taken = await takeAskLimits(request, limits)
      if (taken === null) return inner.requests.open(request)
      const { client, address } = taken
      if (client?.status === "refused") return refuse(client, request)
      const spent = address?.status === "refused" ? { limit: address.limit, isFirst: address.isFirst } : null
      const decided = { isDecided: true, quota: client?.quota ?? null, spent } as const
      const all = Object.values(taken).filter((one) => one !== null)
      return decide(all, inner.requests.open({ ...request, limits: decided }))
    },
  }

  async function redeem<Args extends Redeeming, Outcome>(
    args: Args,
    redeemInner: (args: Args) => Promise<Outcome>,
  ): Promise<Outcome | RateLimited> {
    const taken = args.limit === null ? null : await limits.take(args.limit, args.at)
    if (taken === null) return redeemInner(args)
    if (taken.status === "refused") return refuse(taken, { ...args, address: null })
    return decide([taken], redeemInner({ ...args, limit: null }))
  }

  const limitStore: LimitStore = {
    async take(take) {
      const taken = await limits.take(take.limit, take.at)
      if (taken === null) return inner.limits.take(take)
      const { status, quota } = taken
      if (status === "refused") await refuse(taken, take)
      return { status, quota }
    },
  }

  return { requests, redeem, limits: limitStore }
}

// Limits that are off, or were decided by somebody else, are no question for Redis.
async function takeAskLimits({ limits, at }: OpenRequest, redis: RedisLimits): Promise<AskTaken | null> {
  if ("isDecided" in limits) return null
  const { knownBrowser, client, address } = limits
  if (knownBrowser === null && client === null && address === null) return null
  return redis.takeAll(limits, at)
}

/**
 * Writes the first refusal of a window. The refusal stands whether or not this works: where it doesn't, whoever counts refusals
 * counts this one too, and the next one is the first (P5).
 */
async function report(inner: Store, limits: RedisLimits, taken: Taken, subject: Subject): Promise<boolean> {
  const { name, windowMs } = taken.limit
  const { at, address, client } = subject
  const detail = { limit: name, count: 1, windowSeconds: windowMs / 1_000 }
  const event = { type: "rate_limited", at, userId: null, address, client, detail } as const
  const isWritten = await inner.audit.append(event).then(
    () => true,
    () => false,
  )
  if (isWritten) await limits.confirm([taken])
  else await limits.takeBack([taken])
  return isWritten
}
