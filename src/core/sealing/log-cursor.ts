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

export function readCursor(text: string): LogCursor {
  const cursor = JSON.parse(text) as number | LogCursor
  return typeof cursor === "number" ? { through: cursor, open: [] } : cursor
}

export function writeCursor({ through, open }: LogCursor): string {
  return open.length === 0 ? String(through) : JSON.stringify({ through, open })
}

/** All that is open, in the order of the positions. */
export function openRanges({ open }: LogCursor): readonly PositionRange[] {
  return open.flatMap(({ ranges }) => ranges).toSorted(([one], [other]) => one - other)
}
