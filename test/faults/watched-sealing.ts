import { appendFileSync } from "node:fs"
import type { Store } from "../../src/index.ts"
import { withMembers } from "./with-failpoints.ts"

export interface WatchedSealing {
  /** Where every note goes that is ever signed, before the store is asked to keep it: one line of JSON each. */
  readonly notesFile: string
  /** Whether this process leaves sealing to others. */
  readonly isYielding: () => boolean
}

/** The same store, which tells what is signed, and which gives the lease on sealing to nobody who is to yield. */
export function watchedSealing(store: Store, { notesFile, isYielding }: WatchedSealing): Store {
  const { sealing } = store
  const watched: Store["sealing"] = {
    ...sealing,
    lease: async (ask) => (isYielding() ? "taken" : sealing.lease(ask)),
    sign: (checkpoint) => {
      appendFileSync(notesFile, `${JSON.stringify({ ...checkpoint, wroteAt: Date.now() })}\n`)
      return sealing.sign(checkpoint)
    },
  }
  return withMembers(store, new Map([["sealing", watched]]))
}
