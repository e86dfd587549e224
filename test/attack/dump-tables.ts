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
