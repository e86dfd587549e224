import { readdirSync, readFileSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import type { MigrationPlan } from "../../core/migration-plan.ts"
import { halfMoved } from "../../core/move/half-moved.ts"

const folder = new URL("migrations/", import.meta.url)

// Exclusive from the first read: of two processes that start together, one migrates and the other finds it done.
const BEGIN = "begin exclusive"
const CREATE =
  "create table if not exists schema_migrations (name text primary key, migrated_at integer not null) strict, without rowid"
const EXISTS = "select 1 from sqlite_schema where name = 'schema_migrations'"
const NAMES = "select name from schema_migrations"
const HALF_MOVED = "select 1 from sqlite_schema where name = 'move_progress'"
const NOTE = "insert into schema_migrations (name, migrated_at) values (?, ?)"

/** Runs the migrations that this database lacks, in order, all or none. Returns their names. */
export function migrate(database: DatabaseSync, at: number, onMigration?: (name: string) => void): string[] {
  database.exec(BEGIN)
  try {
    if (database.prepare(HALF_MOVED).get() !== undefined) throw halfMoved()
    database.exec(CREATE)
    const missing = missingAmong(doneIn(database))
    for (const name of missing) {
      onMigration?.(name)
      database.exec(readMigration(name))
      database.prepare(NOTE).run(name, at)
    }
    database.exec("commit")
    return missing
  } catch (cause) {
    database.exec("rollback")
    throw cause
  }
}

/** What `migrate` would run now. Changes nothing. */
export function planMigrations(database: DatabaseSync): MigrationPlan {
  const done = doneIn(database)
  const migrations = missingAmong(done)
  const isHalfMoved = database.prepare(HALF_MOVED).get() !== undefined
  const plan = { isNew: done.size === 0, migrations, unknown: unknownAmong(done), isHalfMoved }
  if (migrations.length === 0) return { ...plan, script: "" }
  const parts = migrations.map((name) => `-- ${name}\n${readMigration(name).trim()}\n\n${noteOf(name)};\n`)
  return { ...plan, script: [`${BEGIN};`, `${CREATE};\n`, ...parts, "commit;\n"].join("\n") }
}

function doneIn(database: DatabaseSync): ReadonlySet<unknown> {
  const rows = database.prepare(EXISTS).get() === undefined ? [] : database.prepare(NAMES).all()
  return new Set(rows.map((row) => row["name"]))
}

function missingAmong(done: ReadonlySet<unknown>): string[] {
  return known().filter((name) => !done.has(name))
}

function unknownAmong(done: ReadonlySet<unknown>): string[] {
  const names = new Set(known())
  return [...done].map(String).filter((name) => !names.has(name))
}

function known(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
}

function readMigration(name: string): string {
  return readFileSync(new URL(name, folder), "utf8")
}

function noteOf(name: string): string {
  return `insert into schema_migrations (name, migrated_at) values ('${name}', unixepoch() * 1000)`
}
