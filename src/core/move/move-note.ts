import type { MovedKey, MovedNumbers, MoveEnd } from "./move-port.ts"
import { movedTables } from "./moved-tables.ts"

/** What a source holds, in short. Nearly whatever happens on a site writes an event (P5), so it changes when the site does. */
export interface SourceState {
  /** The id of the first event: two databases that share it come of one another. */
  readonly origin: string | null
  readonly counts: MovedNumbers
  readonly numbers: MovedNumbers
}

/** How far a move is. It stands in the target, as JSON. */
export interface MoveNote {
  /** Where it comes from, as people may be told. */
  readonly from: string
  readonly state: SourceState
  /** How many tables are there already. */
  readonly tables: number
  /** Of the one after them: the key of its last row, and how many there are. */
  readonly after: MovedKey | null
  readonly rows: number
}

export async function readState(end: MoveEnd): Promise<SourceState> {
  const counts: Record<string, number> = {}
  for (const table of movedTables) counts[table.name] = await end.count(table)
  const events = movedTables.find(({ name }) => name === "auth_events")
  const [first] = events === undefined ? [] : await end.rows(events, null, 1)
  const origin = first === undefined ? null : String(first["event_id"])
  return { origin, counts, numbers: await end.numbers() }
}

export function isSameState(one: SourceState, other: SourceState): boolean {
  return one.origin === other.origin && areSame(one.counts, other.counts) && areSame(one.numbers, other.numbers)
}

function areSame(one: MovedNumbers, other: MovedNumbers): boolean {
  return movedTables.every(({ name }) => one[name] === other[name])
}
