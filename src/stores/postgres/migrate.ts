import { readdirSync, readFileSync } from "node:fs"
import { LinklatchError } from "../../core/fault.ts"
import type { MigrationPlan } from "../../core/migration-plan.ts"
import { halfMoved } from "../../core/move/half-moved.ts"
import { quoteName, unavailable } from "./database.ts"
import type { PostgresClient, PostgresPool } from "./pool.ts"

const folder = new URL("migrations/", import.meta.url)

interface Migration {
  readonly name: string
  readonly sql: string
}

// Any number, as long as every process takes the same: of two that start together, one migrates and the other finds it done.
const LOCK = 6_115_116_108_102
const OLDEST = 140_000
const SERVER =
  "select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding, to_regclass($1) is not null as has_names, to_regclass($2) is not null as is_half_moved"
const LACKS_PRIVILEGE = "42501"
// Whoever waited for the lock must see what the one before has done, whatever isolation the database has by default.
const BEGIN = "begin isolation level read committed"
const FUNCTION = /^create (?:or replace )?function (\w+)\([^$]*\$\$([^$]*)\$\$/gm

/** Runs the migrations that this database lacks, in order, all or none, one process at a time. Returns their names. */
export async function migrate(
  pool: PostgresPool,
  schema: string,
  onMigration?: (name: string) => void,
): Promise<readonly string[]> {
  const quoted = quoteName(schema)
  // Most processes find nothing to do, and may have no right to do it: they take no lock and create nothing.
  const { missing, isHalfMoved } = await find(pool, quoted)
  if (isHalfMoved) throw halfMoved()
  if (missing.length === 0) return []
  const client = await pool.connect()
  // A connection that is lost rejects what it was asked. It says so here too, and where nobody listens that ends the process.
  client.on("error", () => undefined)
  let isBroken = true
  try {
    const names = await migrateAlone(client, quoted, onMigration)
    isBroken = false
    return names
  } catch (cause) {
    throw (cause as { code?: unknown }).code === LACKS_PRIVILEGE ? mayNot(schema, cause) : cause
  } finally {
    client.release(isBroken)
  }
}

async function migrateAlone(
  client: PostgresClient,
  schema: string,
  onMigration: ((name: string) => void) | undefined,
): Promise<readonly string[]> {
  for (const statement of [BEGIN, ...preparations(schema)]) await client.query(statement)
  const { missing } = await find(client, schema)
  for (const migration of missing) {
    onMigration?.(migration.name)
    await client.query(migration.sql)
    await client.query(noteOf(schema, migration))
  }
  await client.query("commit")
  return missing.map(({ name }) => name)
}

/** What `migrate` would run now. Changes nothing. */
export async function planMigrations(
  connection: Pick<PostgresClient, "query">,
  schema: string,
): Promise<MigrationPlan> {
  const quoted = quoteName(schema)
  const { missing, ...found } = await find(connection, quoted)
  const migrations = missing.map(({ name }) => name)
  if (missing.length === 0) return { ...found, migrations, script: "" }
  const parts = missing.map((one) => `-- ${one.name}\n${one.sql.trim()}\n\n${noteOf(quoted, one)};\n`)
  const begin = [BEGIN, ...preparations(quoted)].map((statement) => `${statement};\n`).join("")
  return { ...found, migrations, script: [begin, ...parts, "commit;\n"].join("\n") }
}

function preparations(schema: string): readonly string[] {
  return [
    `select pg_advisory_xact_lock(${LOCK})`,
    `create schema if not exists ${schema}`,
    `create table if not exists ${schema}.schema_migrations (name text primary key, migrated_at timestamptz not null default now())`,
  ]
}

function noteOf(schema: string, { name }: Migration): string {
  return `insert into ${schema}.schema_migrations (name) values ('${name}')`
}

interface Found {
  readonly isNew: boolean
  readonly isHalfMoved: boolean
  readonly missing: readonly Migration[]
  readonly unknown: readonly string[]
}

async function find(connection: Pick<PostgresClient, "query">, schema: string): Promise<Found> {
  const { rows } = await connection.query(SERVER, [`${schema}.schema_migrations`, `${schema}.move_progress`])
  const [server] = rows as readonly { version: number; encoding: string; has_names: boolean; is_half_moved: boolean }[]
  if (server === undefined || server.version < OLDEST)
    throw new LinklatchError("store_unavailable", "Linklatch needs PostgreSQL 14 or newer.")
  if (server.encoding !== "UTF8") {
    const cure = "Create one with: create database linklatch encoding 'UTF8' template template0"
    throw new LinklatchError(
      "store_unavailable",
      `The database's encoding is ${server.encoding}, and must be UTF8. ${cure}`,
    )
  }
  const done = server.has_names ? await connection.query(`select name from ${schema}.schema_migrations`) : { rows: [] }
  const names = new Set((done.rows as readonly { name: string }[]).map(({ name }) => name))
  const known = readdirSync(folder).filter((name) => name.endsWith(".sql"))
  const missing = known.filter((name) => !names.has(name)).sort()
  return {
    isNew: names.size === 0,
    isHalfMoved: server.is_half_moved,
    missing: missing.map((name) => readMigration(schema, name)),
    unknown: [...names].filter((name) => !known.includes(name)),
  }
}

function readMigration(schema: string, name: string): Migration {
  const sql = readFileSync(new URL(name, folder), "utf8")
  return { name, sql: `set local search_path = ${schema}, pg_temp;\n${sql}` }
}

function mayNot(schema: string, cause: unknown): LinklatchError {
  const problem = `The tables in schema "${schema}" are not up to date, and this role may not change them.`
  return unavailable(
    new LinklatchError("store_unavailable", `${problem} Run "linklatch migrate" as their owner.`, { cause }),
  )
}

/** What these functions are made of, in every version that a migration made of them, by their names. */
export function readFunctionBodies(names: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const bodies = new Map(names.map((name) => [name, new Set<string>()]))
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".sql"))) {
    const sql = readFileSync(new URL(file, folder), "utf8")
    for (const [, name = "", body = ""] of sql.matchAll(FUNCTION)) bodies.get(name)?.add(body)
  }
  return bodies
}
