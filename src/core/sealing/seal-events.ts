import { leafHashOf } from "../audit/leaf-hash.ts"
import { extendTree } from "../tree/extend-tree.ts"
import type { Frontier } from "../tree/frontier.ts"
import type { TreeHash } from "../tree/hash.ts"
import type { SealingStore, UnsealedEvent } from "./sealing-store.ts"

export type SealOutcome =
  | { readonly status: "sealed"; readonly frontier: Frontier; readonly events: number; readonly isAll: boolean }
  /** Another process has sealed since the frontier was read. */
  | { readonly status: "overtaken" }

/** Read at once: some two milliseconds on SQLite, for which whatever came meanwhile waits. */
export const BATCH = 1_024
// Some half a millisecond of work: requests that come meanwhile wait no longer.
const SLICE = 128

/** Gives the events that wait their indexes, at most `max` of them. What is signed afterwards is what was committed here. */
export async function sealEvents(store: SealingStore, frontier: Frontier, max: number): Promise<SealOutcome> {
  const { head, events, cursor } = await store.unsealed({ max })
  if (head.size !== frontier.size) return { status: "overtaken" }
  if (events.length === 0 && cursor === head.cursor) return { status: "sealed", frontier, events: 0, isAll: true }
  const { frontier: next, tiles } = extendTree(frontier, await hashEvents(events))
  const positions = events.map(({ position }) => position)
  const outcome = await store.extend({ from: head, cursor, positions, tiles })
  if (outcome === "conflict") return { status: "overtaken" }
  return { status: "sealed", frontier: next, events: events.length, isAll: events.length < max }
}

async function hashEvents(events: readonly UnsealedEvent[]): Promise<readonly TreeHash[]> {
  const hashes: TreeHash[] = []
  for (let from = 0; from < events.length; from += SLICE) {
    if (from > 0) await new Promise((resolve) => setImmediate(resolve))
    for (const event of events.slice(from, from + SLICE)) hashes.push(leafHashOf(event))
  }
  return hashes
}
