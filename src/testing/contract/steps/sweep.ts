import type { Sweep } from "../../../core/retention/retention-store.ts"
import type { Store } from "../../../core/store.ts"

const MANY = 100

/** Sweeps limits alone, unless `change` says otherwise. */
export function sweep(store: Store, change: Pick<Sweep, "at"> & Partial<Sweep>) {
  return store.retention.sweep({ max: MANY, askedBefore: null, endedBefore: null, personsBefore: null, ...change })
}

/** How many rows of limits a sweep took. */
export async function sweepLimits(store: Store, at: number, max = MANY): Promise<number> {
  const { limits } = await sweep(store, { at, max })
  return limits
}
