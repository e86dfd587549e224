import { readdirSync, readFileSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"

const folder = new URL("migrations/", import.meta.url)

const CREATE =
  "create table if not exists schema_migrations (name text primary key, migrated_at integer not null) strict, without rowid"
const NAMES = "select name from schema_migrations"
const NOTE = "insert into schema_migrations (name, migrated_at) values (?, ?)"

/** Runs the migrations that this database lacks, in order, all or none. Returns their names. */
export function migrate(database: DatabaseSync, at: number, onMigration?: (name: string) => void): string[] {
  // Exclusive from the first read: of two processes that start together, one migrates and the other finds it done.
  database.exec("begin exclusive")
  try {
    database.exec(CREATE)
    const done = new Set(
      database
        .prepare(NAMES)
        .all()
        .map((row) => row["name"]),
    )
    const missing = readdirSync(folder)
      .filter((name) => name.endsWith(".sql") && !done.has(name))
      .sort()
    for (const name of missing) {
      onMigration?.(name)
      database.exec(readFileSync(new URL(name, folder), "utf8"))
      database.prepare(NOTE).run(name, at)
    }
    database.exec("commit")
    return missing
  } catch (cause) {
    database.exec("rollback")
    throw cause
  }
}
