/** Told after each batch. Rows and total are those of all tables together. */
export interface MoveProgress {
  readonly phase: "copying" | "comparing"
  readonly table: string
  readonly rows: number
  readonly total: number
}

export type OnProgress = (progress: MoveProgress) => void
