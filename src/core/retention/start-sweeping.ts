import { MINUTE } from "../clock.ts"
import type { Context } from "../context.ts"
import { type Pace, sweepRows } from "./sweep-rows.ts"

const FIRST = MINUTE
const EVERY = 10 * MINUTE

/** Deletes rows that are over: within a minute from the start, then every ten minutes or so. */
export function startSweeping(context: Context): { stop(): Promise<void> } {
  const { random, log } = context
  const stopping = new AbortController()
  const pace: Pace = { pause: (ms) => pause(ms, stopping.signal), isStopping: () => stopping.signal.aborted }
  // At a moment of its own, so that processes which were started together don't sweep together.
  const part = () => (random.bytes(1)[0] ?? 0) / 256

  async function round(): Promise<void> {
    try {
      const deleted = await sweepRows(context, pace)
      if (Object.values(deleted).some((rows) => rows > 0)) log.info("rows_deleted", { ...deleted })
    } catch (error) {
      log.error("retention_failed", { error })
    }
  }

  async function goOn(): Promise<void> {
    await pause(FIRST * part(), stopping.signal)
    while (!pace.isStopping()) {
      await round()
      await pause(EVERY * (0.75 + part() / 2), stopping.signal)
    }
  }

  const going = goOn()
  return {
    async stop() {
      stopping.abort()
      await going
    },
  }
}

/** Keeps no process alive. */
function pause(ms: number, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stopping.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      stopping.removeEventListener("abort", end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    timer.unref()
    stopping.addEventListener("abort", end)
  })
}
