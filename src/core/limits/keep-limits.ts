import type { NewEvent } from "../audit/new-event.ts"
import { HOUR, SECOND } from "../clock.ts"
import type { Context } from "../context.ts"
import type { Store } from "../store.ts"
import type { RefusalCount } from "./refusal-memory.ts"

const EVERY = 10 * SECOND
const SWEEP_MAX = 1_000
// A process whose clock is ahead must not sweep away what others still limit by: it would let everybody in anew, each ten
// seconds. So rows stay for as long after their end as a clock may well be wrong.
export const SWEEP_LATER = 2 * HOUR
// In small batches, so that twenty thousand of them don't hold up the requests in between.
const WRITE_MAX = 200

/** The housekeeping of limits: closes windows of refusals with their count, and deletes rows that limit nobody. */
export function startKeepingLimits(context: Context): { stop(): Promise<void> } {
  const { clock, store, log, refusals } = context
  let underWay: Promise<void> = Promise.resolve()

  const keep = async (): Promise<void> => {
    const at = clock.now()
    try {
      await writeCounts(context, refusals.takeOver(at), at)
      // Until one comes back short: a wide flood makes rows faster than one sweep every ten seconds takes them away.
      while ((await sweepLimits(store, at - SWEEP_LATER)) === SWEEP_MAX) await nextTurn()
    } catch (error) {
      log.error("limits_housekeeping_failed", { error })
    }
  }
  const timer = setInterval(() => {
    underWay = underWay.then(keep)
  }, EVERY)
  timer.unref()

  return {
    async stop() {
      clearInterval(timer)
      await underWay
      await writeCounts(context, refusals.takeOver(Number.POSITIVE_INFINITY), clock.now())
    },
  }
}

async function sweepLimits({ retention }: Store, at: number): Promise<number> {
  const { limits } = await retention.sweep({
    at,
    max: SWEEP_MAX,
    askedBefore: null,
    endedBefore: null,
    personsBefore: null,
  })
  return limits
}

async function writeCounts({ store, refusals }: Context, counts: readonly RefusalCount[], at: number): Promise<void> {
  for (let from = 0; from < counts.length; from += WRITE_MAX) {
    const some = counts.slice(from, from + WRITE_MAX)
    const written = await Promise.allSettled(some.map((refusal) => store.audit.append(countEvent(refusal, at))))
    const failed = written.findIndex(({ status }) => status === "rejected")
    if (failed === -1) continue
    // They are counted still, and the next round tries again (P5).
    refusals.putBack([
      ...some.filter((_, index) => written[index]?.status === "rejected"),
      ...counts.slice(from + WRITE_MAX),
    ])
    throw (written[failed] as PromiseRejectedResult).reason
  }
}

function countEvent({ limit, client, count }: RefusalCount, at: number): NewEvent {
  const detail = { limit: limit.name, count, windowSeconds: limit.windowMs / SECOND }
  return { type: "rate_limited", at, userId: null, address: null, client, detail }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
