import type { Address } from "../addresses/canonical-address.ts"
import type { Context } from "../context.ts"
import type { Store } from "../store.ts"
import { type ErasedPeople, type Erasing, erasePeople } from "./erase-people.ts"
import type { ErasureEntry, ErasureJournal } from "./erasure-journal.ts"
import { createErasureMarker, type ErasureMarker } from "./erasure-mark.ts"
import type { AddressStretch, PersonToErase } from "./erasure-store.ts"

export interface ReplayedErasures extends ErasedPeople {
  readonly entries: number
  /** How many people were there again, and are gone. */
  readonly people: number
  /** Lines of the journal that nobody can read. */
  readonly unreadable: readonly number[]
  /** Entries whose address was marked with a secret that is listed no more: only their users were looked for. */
  readonly unknownKeys: number
}

const REACH = 20_000

/**
 * Erases again everybody in the journal who is in the database: a backup was restored that is older than they were erased. Somebody who
 * came back afterwards stays: only what is older than the erasure goes.
 */
export async function replayErasures(
  context: Pick<Context, "store" | "clock" | "settings">,
  journal: ErasureJournal,
  erasing: Erasing,
): Promise<ReplayedErasures> {
  const { entries, unreadable } = await journal.read()
  const markers = context.settings.secrets.map(createErasureMarker)
  const known = new Set(markers.map(({ key }) => key))
  const unknownKeys = entries.filter(({ mark }) => mark !== null && !known.has(mark.key)).length
  const people = await findPeople(context, entries, markers, erasing)
  const erased = await erasePeople(context, people, erasing)
  const back = erased.outcomes.filter(({ status }) => status === "erased").length
  return { ...erased, entries: entries.length, people: back, unreadable, unknownKeys }
}

/** Everybody in the journal, with their address where it still stands anywhere. */
async function findPeople(
  { store }: Pick<Context, "store">,
  entries: readonly ErasureEntry[],
  markers: readonly ErasureMarker[],
  { onProgress }: Erasing,
): Promise<readonly PersonToErase[]> {
  const people = new Map<string, PersonToErase>()
  for (const { userId, at } of entries) if (userId !== null) people.set(userId, { address: null, userId, before: at })
  for (const userId of await presentAmong(store, [...people.keys()])) {
    const user = await store.users.find({ userId })
    const person = people.get(userId)
    if (user !== null && person !== undefined) people.set(userId, { ...person, address: user.email })
  }
  // Of several about one address the last counts: entries stand in the order of time.
  const byHash = new Map(entries.flatMap((entry) => (entry.mark === null ? [] : [[entry.mark.hash, entry] as const])))
  if (byHash.size === 0) return [...people.values()]
  for await (const address of addressesIn(store, onProgress)) {
    const entry = markers.map((marker) => byHash.get(marker.mark(address).hash)).find((one) => one !== undefined)
    if (entry === undefined) continue
    const { userId, at } = entry
    people.set(userId ?? address, { address, userId, before: at })
  }
  return [...people.values()]
}

async function* addressesIn({ erasure }: Store, onProgress: Erasing["onProgress"]): AsyncGenerator<Address> {
  let from: string | null = null
  let looked = 0
  do {
    const stretch: AddressStretch = await erasure.addresses({ from, reach: REACH })
    yield* stretch.addresses
    looked += REACH
    onProgress?.(looked)
    from = stretch.next
  } while (from !== null)
}

/** Users whom the journal says were erased: the database is older than that. Cheap enough for every start. */
export async function findRestored(
  { store }: Pick<Context, "store">,
  journal: ErasureJournal,
): Promise<readonly string[]> {
  const { entries } = await journal.read()
  return presentAmong(store, [...new Set(entries.flatMap(({ userId }) => userId ?? []))])
}

async function presentAmong({ erasure }: Store, userIds: readonly string[]): Promise<readonly string[]> {
  const present: string[] = []
  for (let from = 0; from < userIds.length; from += REACH)
    present.push(...(await erasure.present(userIds.slice(from, from + REACH))))
  return present
}
