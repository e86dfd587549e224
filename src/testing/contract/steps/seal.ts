import { leafOf } from "../../../core/audit/leaf.ts"
import type { NewEvent } from "../../../core/audit/new-event.ts"
import type { Extension } from "../../../core/sealing/sealing-store.ts"
import type { Store } from "../../../core/store.ts"
import { extendTree } from "../../../core/tree/extend-tree.ts"
import type { Frontier } from "../../../core/tree/frontier.ts"
import { hashLeaf } from "../../../core/tree/hash.ts"
import { readFrontier } from "../../../core/tree/read-frontier.ts"
import { ada, laptop, START } from "./ask.ts"
import { atOnce } from "./redeem.ts"

/** Writes so many events of an application, each in a decision of its own. */
export async function writeEvents(store: Store, count: number, more: Partial<NewEvent> = {}): Promise<void> {
  await atOnce(count, (index) =>
    store.audit.append({
      type: "shop.order_placed",
      detail: { index },
      at: START + index,
      userId: null,
      address: ada,
      client: laptop,
      ...more,
    } as NewEvent),
  )
}

/** Seals what waits, at most `max` of it, as a sequencer does but for signing. Returns how many events got an index, or what stood in the way. */
export async function seal(store: Store, max = 100_000): Promise<number | "conflict"> {
  const extension = await readyToSeal(store, max)
  const outcome = await store.sealing.extend(extension)
  return outcome === "conflict" ? outcome : extension.positions.length
}

/** What waits, ready to get its indexes. */
export async function readyToSeal(store: Store, max = 100_000): Promise<Extension> {
  const { head, events, cursor } = await store.sealing.unsealed({ max })
  const frontier = await readFrontier(head.size, store.sealing.tile)
  const { tiles } = extend(frontier, events)
  return { from: head, cursor, positions: events.map(({ position }) => position), tiles }
}

export function extend(frontier: Frontier, events: readonly Parameters<typeof leafOf>[0][]) {
  return extendTree(
    frontier,
    events.map((event) => hashLeaf(leafOf(event))),
  )
}

/** A checkpoint of so many events. Stores don't read notes. */
export function checkpointOf(size: number, at = START, note = `checkpoint ${size}`) {
  return { size, note, at }
}
