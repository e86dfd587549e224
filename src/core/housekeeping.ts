import type { Context } from "./context.ts"
import { startKeepingLimits } from "./limits/keep-limits.ts"
import { startSweeping } from "./retention/start-sweeping.ts"

/** What a process does unasked, beside sending mail: it counts refusals, and deletes rows that are over. */
export function startHousekeeping(context: Context): { stop(): Promise<void> } {
  const limits = startKeepingLimits(context)
  const sweeping = startSweeping(context)
  return {
    async stop() {
      await Promise.all([limits.stop(), sweeping.stop()])
    },
  }
}
