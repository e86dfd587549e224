import type { Swept } from "../core/retention/retention-store.ts"
import type { Store } from "../core/store.ts"

export interface CountedSweeps {
  readonly store: Store
  /** What sweeps of this process have deleted so far. */
  readonly deleted: Readonly<Swept>
}

/** The same store, whose sweeps are counted: no event tells of them. */
export function countSweeps(store: Store): CountedSweeps {
  const deleted = { limits: 0, requests: 0, sessions: 0 }
  const sweep: Store["retention"]["sweep"] = async (args) => {
    const swept = await store.retention.sweep(args)
    deleted.limits += swept.limits
    deleted.requests += swept.requests
    deleted.sessions += swept.sessions
    return swept
  }
  return { store: { ...store, retention: { sweep } }, deleted }
}
