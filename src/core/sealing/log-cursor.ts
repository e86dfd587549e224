import { LinklatchError } from "../fault.ts"
import { addPositions } from "./position-ranges.ts"
import type { PositionRange } from "./sealing-store.ts"

/**
 * How far a store has looked at the events, as `LogHead.cursor` holds it: the text of a number where nothing below it is open, and
 * JSON of this otherwise.
 */
export interface LogCursor {
  /** The highest position that was looked at. */
  readonly through: number
  readonly open: readonly OpenHoles[]
}

/** Positions without an event, at each of which one may still be committed. */
export interface OpenHoles {
  readonly ranges: readonly PositionRange[]
  /** The transactions that may do so; none: it is there by now, or never will be. Null: the numbers were not given to anybody yet. */
  readonly writers: readonly string[] | null
}

/** @throws LinklatchError `store_unavailable` where it is none: to go on from anywhere else would seal events twice, or never. */
export function readCursor(text: string): LogCursor {
  const cursor = parse(text)
  if (isPosition(cursor)) return { through: cursor, open: [] }
  if (isCursor(cursor)) return cursor
  const problem = "Somebody has written to audit_log, and where sealing goes on can't be read there."
  throw new LinklatchError("store_unavailable", `${problem} Restore a backup, and give the log a new name.`)
}

export function writeCursor({ through, open }: LogCursor): string {
  return open.length === 0 ? String(through) : JSON.stringify({ through, open })
}

/** All that is open, in the order of the positions. */
export function openRanges({ open }: LogCursor): readonly PositionRange[] {
  return open.flatMap(({ ranges }) => ranges).toSorted(([one], [other]) => one - other)
}

/** Where nobody writes: of what is open, only the late events that are there wait to be sealed. */
export function settleCursor({ through }: LogCursor, late: readonly number[]): LogCursor {
  return { through, open: late.length === 0 ? [] : [{ ranges: addPositions([], late), writers: [] }] }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON, so no cursor.
    return null
  }
}

function isCursor(value: unknown): value is LogCursor {
  const { through, open } = (value ?? {}) as Partial<Record<keyof LogCursor, unknown>>
  return isPosition(through) && Array.isArray(open) && open.every(isHoles)
}

function isHoles(value: unknown): boolean {
  const { ranges, writers } = (value ?? {}) as Partial<Record<keyof OpenHoles, unknown>>
  const areWriters = writers === null || (Array.isArray(writers) && writers.every((one) => typeof one === "string"))
  return areWriters && Array.isArray(ranges) && ranges.every(isRange)
}

// One of a single number would end every comparison with NaN: whoever looks into the holes would find that there are none.
function isRange(range: unknown): boolean {
  if (!Array.isArray(range) || range.length !== 2 || !range.every(isPosition)) return false
  const [first, last] = range as [number, number]
  return first <= last
}

function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
