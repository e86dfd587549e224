import type { Client } from "../audit/event.ts"
import type { RateLimited } from "../store.ts"
import type { LimitKey, LimitTake, Quota } from "./limit.ts"

/** Refusals of one key that nobody has written down yet. */
export interface RefusalCount {
  readonly limit: LimitTake
  readonly client: Client
  readonly count: number
}

/** Remembers who was refused, so that a flood costs a map look-up and one event, not a transaction and a row each. */
export interface RefusalMemory {
  /** The quota to refuse with if this key is known to be spent still, or null: then the store decides. */
  refuse(limit: LimitTake, at: number): Quota | null
  /** Takes note that the store refused, and counts it unless the store has written it down itself. */
  remember(limit: LimitTake, refusal: RateLimited, client: Client, at: number): void
  /** Counts whose window is over, to be written as one event each. `Infinity` takes all. */
  takeOver(at: number): readonly RefusalCount[]
  /** Gives back counts that could not be written, to be taken over again. */
  putBack(counts: readonly RefusalCount[]): void
}

interface Entry {
  readonly limit: LimitTake
  readonly client: Client
  readonly windowEndsAt: number
  quota: Quota
  count: number
}

// About 5 MB of memory. A wider flood forgets the oldest keys, whose next request asks the store again.
const MAX_KEYS = 20_000

export function createRefusalMemory(maxKeys = MAX_KEYS): RefusalMemory {
  const entries = new Map<LimitKey, Entry>()
  const evicted: RefusalCount[] = []

  function evictOldest(): void {
    const [oldest] = entries.values()
    if (oldest === undefined) return
    entries.delete(oldest.limit.key)
    if (oldest.count > 0) evicted.push(oldest)
  }

  return {
    refuse(limit, at) {
      const entry = entries.get(limit.key)
      if (entry === undefined || at >= entry.quota.resetAt) return null
      entry.count += 1
      return entry.quota
    },
    remember(limit, { quota, isReported }, client, at) {
      const count = isReported ? 0 : 1
      const entry = entries.get(limit.key)
      if (entry === undefined || at >= entry.windowEndsAt) {
        if (entry !== undefined && entry.count > 0) evicted.push(entry)
        entries.delete(limit.key)
        entries.set(limit.key, { limit, client, quota, count, windowEndsAt: at + limit.windowMs })
        if (entries.size > maxKeys) evictOldest()
        return
      }
      entry.quota = quota
      entry.count += count
    },
    putBack: (counts) => void evicted.push(...counts),
    takeOver(at) {
      const over: RefusalCount[] = evicted.splice(0)
      for (const [key, entry] of entries) {
        if (at < entry.windowEndsAt) continue
        entries.delete(key)
        if (entry.count > 0) over.push(entry)
      }
      return over
    },
  }
}
