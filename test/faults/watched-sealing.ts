import { appendFileSync } from "node:fs"
import type { Store } from "../../src/index.ts"
import { withMembers } from "./with-failpoints.ts"

export interface WatchedSealing {
  /** Where every note goes that is ever signed, before the store is asked to keep it, and its size once it is kept: a line of JSON each. */
  readonly notesFile: string
  /** Whether this process leaves sealing to others. */
  readonly isYielding: () => boolean
}

/** What is told of a checkpoint: its note before it is kept, and by whom and when it was. Times by the machine's clock. */
export type SignedLine =
  | { readonly size: number; readonly note: string }
  | { readonly size: number; readonly keptAt: number; readonly pid: number }

/** The same store, which tells what is signed, and which gives the lease on sealing to nobody who is to yield. */
export function watchedSealing(store: Store, { notesFile, isYielding }: WatchedSealing): Store {
  const { sealing } = store
  const write = (line: SignedLine) => appendFileSync(notesFile, `${JSON.stringify(line)}\n`)
  const watched: Store["sealing"] = {
    ...sealing,
    lease: async (ask) => (isYielding() ? "taken" : sealing.lease(ask)),
    sign: async (checkpoint) => {
      const { size, note } = checkpoint
      write({ size, note })
      await sealing.sign(checkpoint)
      write({ size, keptAt: Date.now(), pid: process.pid })
    },
  }
  return withMembers(store, new Map([["sealing", watched]]))
}
