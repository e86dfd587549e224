import type { Address } from "../../core/addresses/canonical-address.ts"
import type { Client } from "../../core/audit/event.ts"
import type { LimitTake } from "../../core/limits/limit.ts"
import type { LimitStore, OpenRequest, RateLimited, RequestStore, Store } from "../../core/store.ts"
import type { AskTaken, RedisLimits, Taken } from "./limits.ts"

/** What a link and a code have in common, as far as their limit goes. */
export interface Redeeming {
  readonly limit: LimitTake | null
  readonly client: Client
  readonly at: number
}

/** How to redeem in the store below, and whose link or code it is. */
export interface RedeemBelow<Args, Outcome> {
  redeem(args: Args): Promise<Outcome>
  findAddress(): Promise<Address | null>
}

/** Who was refused, and when. */
type Subject = Omit<Redeeming, "limit"> & Pick<RedeemBelow<never, never>, "findAddress">

/** Asking, with the limits taken in Redis. */
export function limitedRequests(inner: Store, limits: RedisLimits): RequestStore {
  return {
    latest: (flowHash) => inner.requests.latest(flowHash),
    async open(request) {
      const taken = await takeAskLimits(request, limits)
      if (taken === null) return inner.requests.open(request)
      const { client, address } = taken
      if (client?.status === "refused")
        return refuse(inner, limits, client, { ...request, findAddress: async () => request.address })
      const spent = address?.status === "refused" ? { limit: address.limit, isFirst: address.isFirst } : null
      const decided = { isDecided: true, quota: client?.quota ?? null, spent } as const
      const all = Object.values(taken).filter((one) => one !== null)
      return decideBelow(limits, all, inner.requests.open({ ...request, limits: decided }))
    },
  }
}

/** Redeems a link or a code, with its limit taken in Redis. */
export async function limitedRedeem<Args extends Redeeming, Outcome>(
  inner: Store,
  limits: RedisLimits,
  args: Args,
  below: RedeemBelow<Args, Outcome>,
): Promise<Outcome | RateLimited> {
  const taken = args.limit === null ? null : await limits.take(args.limit, args.at)
  if (taken === null) return below.redeem(args)
  if (taken.status === "refused") return refuse(inner, limits, taken, { ...args, findAddress: below.findAddress })
  return decideBelow(limits, [taken], below.redeem({ ...args, limit: null }))
}

/** Limits that stand alone, taken in Redis. */
export function limitedTakes(inner: Store, limits: RedisLimits): LimitStore {
  return {
    async take(take) {
      const taken = await limits.take(take.limit, take.at)
      if (taken === null) return inner.limits.take(take)
      const { status, quota } = taken
      if (status === "refused") await refuse(inner, limits, taken, { ...take, findAddress: async () => take.address })
      return { status, quota }
    },
  }
}

// Limits that are off, or were decided by somebody else, are no question for Redis.
async function takeAskLimits({ limits, at }: OpenRequest, redis: RedisLimits): Promise<AskTaken | null> {
  if ("isDecided" in limits) return null
  const { knownBrowser, client, address } = limits
  if (knownBrowser === null && client === null && address === null) return null
  return redis.takeAll(limits, at)
}

// An outage of the database costs nobody an allowance.
async function decideBelow<Outcome>(
  limits: RedisLimits,
  taken: readonly Taken[],
  decision: Promise<Outcome>,
): Promise<Outcome> {
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

// The refusal stands whether or not its event can be written: where it can't, whoever counts refusals counts this one too, and
// the next one is the first (P5).
async function refuse(inner: Store, limits: RedisLimits, taken: Taken, subject: Subject): Promise<RateLimited> {
  const refusal = { status: "rate_limited", quota: taken.quota } as const
  if (!taken.isFirst) return { ...refusal, isReported: false }
  const isReported = await report(inner, taken.limit, subject).then(
    () => true,
    () => false,
  )
  await (isReported ? limits.confirm([taken]) : limits.takeBack([taken]))
  return { ...refusal, isReported }
}

async function report(
  inner: Store,
  { name, windowMs }: LimitTake,
  { at, client, findAddress }: Subject,
): Promise<void> {
  const detail = { limit: name, count: 1, windowSeconds: windowMs / 1_000 }
  const address = await findAddress()
  await inner.audit.append({ type: "rate_limited", at, userId: null, address, client, detail })
}
