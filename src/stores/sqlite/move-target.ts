import type { DatabaseSync } from "node:sqlite"
import type { MovedBatch, MovedNumbers, MoveTarget } from "../../core/move/move-port.ts"
import { movedTables } from "../../core/move/moved-tables.ts"
import { createInsertMany, type InsertMany } from "./insert-many.ts"
import { createMoveEnd, encodeRow } from "./move-end.ts"
import { openAlone } from "./open-alone.ts"

const HAS_NOTE = "select 1 from sqlite_schema where name = 'move_progress'"
const CREATE_NOTE =
  "create table move_progress (only_one integer primary key check (only_one = 1), note text not null) strict"
const READ_NOTE = "select note from move_progress"
const FIRST_NOTE = "insert into move_progress (only_one, note) values (1, ?)"
const NEXT_NOTE = "update move_progress set note = ? where note = ?"
const DROP_NOTE = "drop table move_progress"
const GO_ON_ABOVE = "update sqlite_sequence set seq = max(seq, ?) where name = ?"
const BEGIN_ABOVE = `
  insert into sqlite_sequence (name, seq) select ?, ? where not exists (select 1 from sqlite_sequence where name = ?)`

/**
 * Opens a migrated file to move into, which nobody else can open meanwhile.
 *
 * @throws LinklatchError `store_unavailable` where another process has it open.
 */
export function openSqliteTarget(path: string): MoveTarget & { readonly close: () => void } {
  const database = openAlone(path)
  // A power cut may take the last batches, never the note without them. The end waits for the disk.
  database.exec("pragma synchronous = normal")
  const together = (act: () => void) => runTogether(database, act)
  return {
    ...createMoveEnd(database, path),
    async note() {
      if (database.prepare(HAS_NOTE).get() === undefined) return null
      return String(database.prepare(READ_NOTE).get()?.["note"])
    },
    async begin(note) {
      together(() => {
        database.exec(CREATE_NOTE)
        database.prepare(FIRST_NOTE).run(note)
        for (const { name, hasOneRow } of movedTables) if (hasOneRow) database.exec(`delete from ${name}`)
      })
    },
    write: createWrite(database, together),
    async goOnAbove(numbers) {
      together(() => goOnAbove(database, numbers))
    },
    async finish() {
      database.exec(`pragma synchronous = full; ${DROP_NOTE}; pragma wal_checkpoint(truncate)`)
    },
    close: () => database.close(),
  }
}

function createWrite(database: DatabaseSync, together: (act: () => void) => void): MoveTarget["write"] {
  const inserts = new Map<string, InsertMany>()
  function insertInto({ name, columns }: MovedBatch["table"]): InsertMany {
    const names = Object.keys(columns)
    const insert =
      inserts.get(name) ?? createInsertMany(database, `insert into ${name} (${names.join(", ")})`, names.length)
    inserts.set(name, insert)
    return insert
  }

  return async ({ table, rows, was, note }) => {
    let status: "written" | "lost" = "written"
    together(() => {
      if (database.prepare(NEXT_NOTE).run(note, was).changes === 0) status = "lost"
      else insertInto(table)(rows.map((row) => encodeRow(table, row)))
    })
    return status
  }
}

// Rows that are over may be gone while their numbers stand in `closed_through`: the counter counts, not the rows.
function goOnAbove(database: DatabaseSync, numbers: MovedNumbers): void {
  for (const table of ["sign_in_requests", "magic_link_tokens"]) {
    const number = numbers[table] ?? 0
    database.prepare(GO_ON_ABOVE).run(number, table)
    database.prepare(BEGIN_ABOVE).run(table, number, table)
  }
}

function runTogether(database: DatabaseSync, act: () => void): void {
  database.exec("begin immediate")
  try {
    act()
    database.exec("commit")
  } catch (cause) {
    if (database.isTransaction) database.exec("rollback")
    throw cause
  }
}
