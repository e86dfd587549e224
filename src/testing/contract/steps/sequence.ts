import { silentLog } from "../../../core/log.ts"
import { writeCheckpoint } from "../../../core/notes/checkpoint.ts"
import { signNote } from "../../../core/notes/sign-note.ts"
import type { SignedCheckpoint } from "../../../core/sealing/checkpoint-outlet.ts"
import { createLogIdentity } from "../../../core/sealing/log-identity.ts"
import { SealingRefused } from "../../../core/sealing/refusal.ts"
import { rowsInOrder } from "../../../core/sealing/rows-in-order.ts"
import { Sequencer } from "../../../core/sealing/sequencer.ts"
import type { Store } from "../../../core/store.ts"
import { EMPTY_FRONTIER } from "../../../core/tree/frontier.ts"
import { readFrontier } from "../../../core/tree/read-frontier.ts"
import { rootOf } from "../../../core/tree/root-of.ts"
import { createFakeClock } from "../../fake-clock.ts"
import { createSeededRandom } from "../../seeded-random.ts"
import { START } from "./ask.ts"
import { extend } from "./seal.ts"

export const SECRET = "a secret of the contract, thirty-two characters"
export const identity = createLogIdentity({ origin: "contract.example/log", keys: [SECRET] })

let nth = 0

/** A sequencer at a clock of its own, and what it has signed. */
export function createSequencer(
  store: Store,
  at = START,
  who = identity,
  outlets: readonly { name: string; latest: () => Promise<string | null> }[] = [],
) {
  const signed: SignedCheckpoint[] = []
  const clock = createFakeClock(at)
  const context = { store, clock, random: createSeededRandom(`${at} ${who.origin} ${nth++}`), log: silentLog }
  const onSigned = (checkpoint: SignedCheckpoint) => {
    signed.push(checkpoint)
  }
  return { sequencer: new Sequencer({ context, identity: who, outlets, onSigned }), signed, clock }
}

export async function refusalOf(sequencer: Sequencer): Promise<string> {
  try {
    await sequencer.pass()
    return "none"
  } catch (error) {
    if (error instanceof SealingRefused) return error.code
    throw error
  }
}

export function noteOf({ origin, size, root }: SignedCheckpoint): string {
  return signNote(writeCheckpoint({ origin, size, root }), { name: origin, key: identity.keys[0] })
}

/** From the rows alone, in the order of their indexes. */
export async function rootOfRows(store: Store): Promise<string> {
  const bundles = await store.sealing.bundles({ from: 0, max: 1_000 })
  const leaves = bundles.flatMap(rowsInOrder).map((row) => {
    if (row === undefined) throw new Error("A sealed event isn't there.")
    return row
  })
  return rootOf(extend(EMPTY_FRONTIER, leaves).frontier)
}

export async function frontierOf(store: Store) {
  const { size } = await store.sealing.head()
  return readFrontier(size, store.sealing.tile)
}
