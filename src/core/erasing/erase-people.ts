import type { Address } from "../addresses/canonical-address.ts"
import type { Actor } from "../audit/event.ts"
import type { Context } from "../context.ts"
import { type LimitKey, limitKey } from "../limits/limit.ts"
import type { ErasePersonOutcome, ErasureWalk, PersonToErase } from "./erasure-store.ts"

/** How an erasing goes, and who does it. */
export interface Erasing {
  readonly by: Actor
  /** Hears how many requests and events were looked at so far. */
  readonly onProgress?: ((looked: number) => void) | undefined
}

export interface ErasedPeople {
  /** In the order of the people. */
  readonly outcomes: readonly ErasePersonOutcome[]
  readonly requests: number
  /** Rows of personal data that went: events of one decision share one. */
  readonly persons: number
  /** By which copies of deleted rows can be known (erasure-store.ts). */
  readonly marks: readonly Uint8Array[]
}

// Some milliseconds on SQLite, for which a process does nothing else.
const REACH = 5_000

/** Erases people from the store, whoever of them is there. May be repeated, and broken off: what was done stays done. */
export async function erasePeople(
  { store, clock }: Pick<Context, "store" | "clock">,
  people: readonly PersonToErase[],
  { by, onProgress }: Erasing,
): Promise<ErasedPeople> {
  const { erasure } = store
  const found = new Set<number>()
  const marks: Uint8Array[] = []
  let [requests, persons, looked] = [0, 0, 0]

  async function walkFrom(from: string | null): Promise<string> {
    let place = from
    for (;;) {
      const walk: ErasureWalk = { people, from: place, reach: REACH, at: clock.now() }
      const stretch = await erasure.walk(walk)
      requests += stretch.requests
      persons += stretch.persons
      looked += stretch.looked
      marks.push(...stretch.marks)
      for (const one of stretch.found) found.add(one)
      onProgress?.(looked)
      if (stretch.isEnd) return stretch.next
      place = stretch.next
    }
  }

  const place = await walkFrom(null)
  const outcomes: ErasePersonOutcome[] = []
  for (const [index, person] of people.entries()) {
    // Those of somebody who came back since count on; older ones are over soon.
    const limitKeys = person.address === null || person.before !== null ? [] : limitKeysOf(person.address)
    const wasFound = found.has(index)
    const outcome = await erasure.erase({ ...person, from: place, wasFound, limitKeys, by, at: clock.now() })
    outcomes.push(outcome)
    if (outcome.status === "nothing") continue
    requests += outcome.requests
    marks.push(...outcome.marks)
  }
  // What was written down while the walk was under way.
  await walkFrom(place)
  return { outcomes, requests, persons, marks }
}

function limitKeysOf(address: Address): readonly LimitKey[] {
  return [limitKey("ask_address", address), limitKey("ask_browser", address)]
}
