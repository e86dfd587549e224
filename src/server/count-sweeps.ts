import type { SweptRows } from "../core/retention/retention-store.ts"
import type { Store } from "../core/store.ts"

export interface CountedSweeps {
  readonly store: Store
  /** What sweeps of this process have deleted so far. */
  readonly deleted: Readonly<SweptRows>
}

/** The same store, whose sweeps are counted: no event tells of them. */
export function countSweeps(store: Store): CountedSweeps {
  const deleted = { limits: 0, requests: 0, sessions: 0, persons: 0 }
  const sweep: Store["retention"]["sweep"] = async (args) => {
    const swept = await store.retention.sweep(args)
    deleted.limits += swept.limits
    deleted.requests += swept.requests
    deleted.sessions += swept.sessions
    deleted.persons += swept.persons
    return swept
  }
  return { store: { ...store, retention: { sweep } }, deleted }
}
