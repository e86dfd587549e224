import type { MovedTable } from "./moved-tables.ts"

export type MovedValue = string | number | boolean | null | readonly number[]

/** By column, in any order. */
export type MovedRow = Readonly<Record<string, MovedValue>>

/** The values of a table's key. */
export type MovedKey = readonly (string | number)[]

/** The highest number ever given in each numbered table, whether or not its row is still there. */
export type MovedNumbers = Readonly<Record<string, number>>

/** A database that rows are read from. What fails rejects with the error of the engine. */
export interface MoveEnd {
  /** Names this database among all that this machine can reach: two ends with one identity are one. */
  identity(): Promise<string>
  count(table: MovedTable): Promise<number>
  /** At most `max` rows behind `after`, in the order of the key. */
  rows(table: MovedTable, after: MovedKey | null, max: number): Promise<readonly MovedRow[]>
  numbers(): Promise<MovedNumbers>
}

/** Nobody writes to it while it is open. */
export interface MoveSource extends MoveEnd {
  /** How many others are held up by us, who wanted to write. */
  heldUp(): Promise<number>
}

/** From `begin` to `finish` it holds a note of how far the move is, and no store opens it. */
export interface MoveTarget extends MoveEnd {
  /** Null where no move is under way. */
  note(): Promise<string | null>
  /** Makes the note, and room for the rows that tables begin with. */
  begin(note: string): Promise<void>
  /** Rows and note together or not at all; `lost` and nothing written where the note isn't `was` any more. */
  write(batch: MovedBatch): Promise<"written" | "lost">
  /** All rows are there: numbers are given above these from now on. */
  goOnAbove(numbers: MovedNumbers): Promise<void>
  /** Takes the note away. */
  finish(): Promise<void>
}

export interface MovedBatch {
  readonly table: MovedTable
  readonly rows: readonly MovedRow[]
  readonly was: string
  readonly note: string
}
