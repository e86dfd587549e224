import { type Comparison, compareDatabases, isEqual } from "./compare-databases.ts"
import { copyTables } from "./copy-tables.ts"
import { isSameState, type MoveNote, readState } from "./move-note.ts"
import type { MoveSource, MoveTarget } from "./move-port.ts"
import type { OnProgress } from "./move-progress.ts"
import { movedTables } from "./moved-tables.ts"

export interface Move {
  readonly source: MoveSource
  readonly target: MoveTarget
  /** The source, as people may be told of it. */
  readonly from: string
  /** Rows to a batch: what is in memory at a time. */
  readonly batch?: number
  readonly onProgress: OnProgress
}

export type MoveOutcome =
  | { readonly status: "moved"; readonly isResumed: boolean; readonly comparison: Comparison }
  /** Everything was copied, and the two don't hold the same. The target stays closed. */
  | { readonly status: "different"; readonly comparison: Comparison }
  /** The target holds rows that no move has brought. */
  | { readonly status: "not_empty"; readonly table: string }
  /** The target holds a part of what `from` held; the source is another, or was written to since. */
  | { readonly status: "changed"; readonly from: string; readonly isOther: boolean }
  /** Another process moves into this target. */
  | { readonly status: "lost" }

export const BATCH = 2_000

/** Copies everything from one database into another that is empty, or goes on with such a move, and compares the two. */
export async function moveDatabase({ source, target, from, batch = BATCH, onProgress }: Move): Promise<MoveOutcome> {
  const state = await readState(source)
  const before = await target.note()
  let note: MoveNote
  if (before === null) {
    const filled = await findFilled(target)
    if (filled !== null) return { status: "not_empty", table: filled }
    note = { from, state, tables: 0, after: null, rows: 0 }
    await target.begin(JSON.stringify(note))
  } else {
    note = JSON.parse(before) as MoveNote
    const isOther = note.state.origin !== state.origin
    if (!isSameState(note.state, state)) return { status: "changed", from: note.from, isOther }
  }
  if ((await copyTables({ source, target, note, batch, onProgress })) === "lost") return { status: "lost" }
  await target.goOnAbove(state.numbers)
  const comparison = await compareDatabases({ source, target, batch, onProgress })
  if (!isEqual(comparison)) return { status: "different", comparison }
  await target.finish()
  return { status: "moved", isResumed: before !== null, comparison }
}

async function findFilled(target: MoveTarget): Promise<string | null> {
  const tables = movedTables.filter(({ hasOneRow }) => !hasOneRow)
  for (const table of tables) if ((await target.rows(table, null, 1)).length > 0) return table.name
  return null
}
