import { DatabaseSync, type SQLOutputValue } from "node:sqlite"

/** Every row of every table: what may not differ, and what a thief's copy would hold. */
export type Dump = Readonly<Record<string, readonly Readonly<Record<string, SQLOutputValue>>[]>>

const TABLES = "select name from sqlite_master where type = 'table' order by name"

/** Reads a database file that others have open. */
export function dumpTables(path: string): Dump {
  const database = new DatabaseSync(path, { readOnly: true })
  const names = database
    .prepare(TABLES)
    .all()
    .map(({ name }) => String(name))
  const tables = names.map((name) => [name, database.prepare(`select * from "${name}"`).all()] as const)
  database.close()
  return Object.fromEntries(tables.map(([name, rows]) => [name, rows.map((row) => ({ ...row }))]))
}

/** All but the sealed log beside the events, which a process writes in its own time: what a request may or may not change. */
export function dumpState(path: string): Dump {
  return Object.fromEntries(Object.entries(dumpTables(path)).filter(([name]) => !name.startsWith("audit_")))
}
