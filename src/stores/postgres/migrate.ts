import { readdirSync, readFileSync } from "node:fs"
import { LinklatchError } from "../../core/fault.ts"
import { quoteName, unavailable } from "./database.ts"
import type { PostgresClient, PostgresPool } from "./pool.ts"

const folder = new URL("migrations/", import.meta.url)

/** What a database lacks to be up to date. */
export interface Migration {
  readonly name: string
  readonly sql: string
}

// Any number, as long as every process takes the same: of two that start together, one migrates and the other finds it done.
const LOCK = 6_115_116_108_102
const OLDEST = 140_000
const SERVER =
  "select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding, to_regclass($1) is not null as has_names"
const LACKS_PRIVILEGE = "42501"

/** Runs the migrations that this database lacks, in order, all or none, one process at a time. Returns their names. */
export async function migrate(
  pool: PostgresPool,
  schema: string,
  onMigration?: (name: string) => void,
): Promise<readonly string[]> {
  const quoted = quoteName(schema)
  // Most processes find nothing to do, and may have no right to do it: they take no lock and create nothing.
  if ((await find(pool, quoted)).length === 0) return []
  const client = await pool.connect()
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
  await client.query("begin")
  await client.query("select pg_advisory_xact_lock($1)", [LOCK])
  await client.query(`create schema if not exists ${schema}`)
  await client.query(
    `create table if not exists ${schema}.schema_migrations (name text primary key, migrated_at timestamptz not null default now())`,
  )
  const missing = await find(client, schema)
  for (const { name, sql } of missing) {
    onMigration?.(name)
    await client.query(sql)
    await client.query(`insert into ${schema}.schema_migrations (name) values ($1)`, [name])
  }
  await client.query("commit")
  return missing.map(({ name }) => name)
}

async function find(connection: Pick<PostgresClient, "query">, schema: string): Promise<readonly Migration[]> {
  const { rows } = await connection.query(SERVER, [`${schema}.schema_migrations`])
  const [server] = rows as readonly { version: number; encoding: string; has_names: boolean }[]
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
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql") && !names.has(name))
    .sort()
    .map((name) => ({
      name,
      sql: `set local search_path = ${schema}, pg_temp;\n${readFileSync(new URL(name, folder), "utf8")}`,
    }))
}

function mayNot(schema: string, cause: unknown): LinklatchError {
  const problem = `The tables in schema "${schema}" are not up to date, and this role may not change them.`
  return unavailable(
    new LinklatchError("store_unavailable", `${problem} Run "linklatch migrate" as their owner.`, { cause }),
  )
}
