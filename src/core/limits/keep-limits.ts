import { SECOND } from "../clock.ts"
import type { Context } from "../context.ts"
import type { RefusalCount } from "./refusal-memory.ts"

const EVERY = 10 * SECOND
const SWEEP_MAX = 1_000

/** The housekeeping of limits: closes windows of refusals with their count, and deletes rows that limit nobody. */
export function startKeepingLimits(context: Context): { stop(): Promise<void> } {
  const { clock, store, log, refusals } = context
  let underWay: Promise<void> = Promise.resolve()

  const keep = async (): Promise<void> => {
    const at = clock.now()
    try {
      await writeCounts(context, refusals.takeOver(at), at)
      await store.limits.sweep({ at, max: SWEEP_MAX })
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

async function writeCounts({ store }: Context, counts: readonly RefusalCount[], at: number): Promise<void> {
  await Promise.all(
    counts.map(({ limit, client, count }) => {
      const detail = { limit: limit.name, count, windowSeconds: limit.windowMs / SECOND }
      return store.audit.append({ type: "rate_limited", at, userId: null, address: null, client, detail })
    }),
  )
}
