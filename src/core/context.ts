import type { Clock } from "./clock.ts"
import type { RefusalMemory } from "./limits/refusal-memory.ts"
import type { Log } from "./log.ts"
import type { Random } from "./random.ts"
import type { Settings } from "./settings.ts"
import type { Store } from "./store.ts"

/** What every use case works with. */
export interface Context {
  readonly settings: Settings
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly refusals: RefusalMemory
}
