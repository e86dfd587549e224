import type { MoveNote } from "./move-note.ts"
import type { MovedKey, MovedRow, MoveSource, MoveTarget } from "./move-port.ts"
import type { OnProgress } from "./move-progress.ts"
import { type MovedTable, movedTables } from "./moved-tables.ts"

export interface Copying {
  readonly source: MoveSource
  readonly target: MoveTarget
  /** As it stands in the target. */
  readonly note: MoveNote
  readonly batch: number
  readonly onProgress: OnProgress
}

/** Goes on copying where the note says. Each batch is written together with the note that tells of it. */
export async function copyTables(copying: Copying): Promise<"copied" | "lost"> {
  let { note } = copying
  for (const table of movedTables.slice(note.tables)) {
    const copied = await copyTable(copying, table, note)
    if (copied === null) return "lost"
    note = copied
  }
  return "copied"
}

async function copyTable(
  { source, target, batch, onProgress }: Copying,
  table: MovedTable,
  begun: MoveNote,
): Promise<MoveNote | null> {
  const { counts } = begun.state
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const before = movedTables.slice(0, begun.tables).reduce((sum, { name }) => sum + (counts[name] ?? 0), 0)
  let note = begun
  let rows = await source.rows(table, note.after, batch)
  for (;;) {
    const isLast = rows.length < batch
    const next = isLast
      ? { ...note, tables: note.tables + 1, after: null, rows: 0 }
      : { ...note, after: keyOf(table, rows.at(-1)), rows: note.rows + rows.length }
    // The next batch is read while this one is written.
    const [written, following] = await Promise.all([
      target.write({ table, rows, was: JSON.stringify(note), note: JSON.stringify(next) }),
      isLast ? [] : source.rows(table, next.after, batch),
    ])
    if (written === "lost") return null
    onProgress({ phase: "copying", table: table.name, rows: before + note.rows + rows.length, total })
    note = next
    if (isLast) return note
    rows = following
  }
}

export function keyOf({ key }: MovedTable, row: MovedRow | undefined): MovedKey {
  return key.map((column) => row?.[column] as string | number)
}
