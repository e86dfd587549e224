import type { Client } from "pg"
import { halfMoved } from "../core/move/half-moved.ts"
import { nameDatabase } from "../server/database-url.ts"
import { createScrub } from "../server/scrub.ts"
import { type DatabaseConfig, databaseSecretsOf } from "../server/server-config.ts"
import { withPostgres } from "../server/with-postgres.ts"
import { DEFAULT_SCHEMA } from "../stores/postgres/default-schema.ts"
import { planMigrations } from "../stores/postgres/migrate.ts"
import { checkClock } from "./check-clock.ts"
import type { Check } from "./check-parts.ts"
import { explainFailure } from "./store-failure.ts"

type Postgres = Extract<DatabaseConfig, { engine: "postgres" }>

interface Facts {
  readonly version: string
  readonly isReadOnly: boolean
  readonly isSuperuser: boolean
  /** Whether this role may make our schema, or owns the one that is there. */
  readonly mayMigrate: boolean
  readonly pid: number
  readonly now: number
}

const EVENTS = `${DEFAULT_SCHEMA}.auth_events`
const FACTS = `
  select current_setting('server_version') as version,
         current_setting('transaction_read_only') = 'on' as "isReadOnly",
         rolsuper as "isSuperuser",
         coalesce(
           (select pg_has_role(nspowner, 'usage') from pg_namespace where nspname = '${DEFAULT_SCHEMA}'),
           has_database_privilege(current_database(), 'create')
         ) as "mayMigrate",
         pg_backend_pid() as pid,
         (extract(epoch from clock_timestamp()) * 1000)::float8 as now
  from pg_roles where rolname = current_user`
const LOG_RIGHTS = `
  select has_table_privilege(oid, 'update, delete, truncate') or pg_has_role(relowner, 'usage') as "mayChange"
  from pg_class where oid = to_regclass('${EVENTS}')`
// Null where there are no such tables yet.
const SEALING_RIGHTS = `
  select bool_and(has_any_column_privilege(oid, 'update')) as "maySeal" from pg_class
  where relnamespace = to_regnamespace('${DEFAULT_SCHEMA}')
    and relname in ('audit_log', 'audit_tiles', 'audit_bundles', 'audit_checkpoints')`

/** Looks at a PostgreSQL as the server will meet it, and changes nothing. */
export async function checkPostgres(database: Postgres): Promise<readonly Check[]> {
  try {
    return await withPostgres(database.url, (client) => checkAll(client, database))
  } catch (error) {
    const reason = createScrub(databaseSecretsOf(database))(explainFailure(error))
    return [{ name: "database", status: "failed", says: `${nameDatabase(database)} can't be used: ${reason}` }]
  }
}

async function checkAll(client: Client, database: Postgres): Promise<readonly Check[]> {
  const askedAt = Date.now()
  const [facts] = (await client.query<Facts>(FACTS)).rows
  const answeredAt = Date.now()
  if (facts === undefined) throw new Error("The server doesn't know the role that we are.")
  return [
    checkServer(facts, database),
    checkClock(facts.now, askedAt, answeredAt),
    await checkTables(client, facts),
    ...(await checkEventLog(client, facts)),
    ...(await checkSealing(client)),
    // The last: a pooler that refuses transactions hangs up.
    await checkPooler(client, facts.pid),
  ]
}

function checkServer({ version, isReadOnly }: Facts, database: Postgres): Check {
  const name = nameDatabase(database)
  if (isReadOnly) {
    const says = `${name} takes no writes: it is a replica, or default_transaction_read_only is on.`
    return { name: "database", status: "failed", says }
  }
  return { name: "database", status: "ok", says: `${name} answers: PostgreSQL ${version}.` }
}

async function checkTables(client: Client, { mayMigrate }: Facts): Promise<Check> {
  const name = "tables"
  const { isNew, migrations, isHalfMoved } = await planMigrations(client, DEFAULT_SCHEMA)
  if (isHalfMoved) return { name, status: "failed", says: halfMoved().message }
  if (migrations.length === 0) return { name, status: "ok", says: "They are up to date." }
  const state = isNew ? "There are none yet" : `They lack ${migrations.join(", ")}`
  if (mayMigrate) return { name, status: "ok", says: `${state}; the next start sees to it.` }
  const cure = "Run `linklatch migrate` as a role that may."
  return { name, status: "failed", says: `${state}, and this role may not change that. ${cure}` }
}

async function checkEventLog(client: Client, { isSuperuser }: Facts): Promise<readonly Check[]> {
  const name = "event_log"
  const [rights] = (await client.query<{ mayChange: boolean }>(LOG_RIGHTS)).rows
  if (rights === undefined) return []
  if (!rights.mayChange) return [{ name, status: "ok", says: "This role adds to it, and may change nothing in it." }]
  const why = isSuperuser ? "is a superuser" : "owns the log of events, or may update, delete or truncate it"
  const says = `This role ${why}: only triggers, which it may switch off, keep it from changing events.`
  return [{ name, status: "warning", says: `${says} Serve with a role that owns nothing.` }]
}

// Rights are given to tables that are there: after an update that brought new ones, they must be given again.
async function checkSealing(client: Client): Promise<readonly Check[]> {
  const name = "sealing"
  const [rights] = (await client.query<{ maySeal: boolean | null }>(SEALING_RIGHTS)).rows
  if (rights === undefined || rights.maySeal === null) return []
  if (rights.maySeal) return [{ name, status: "ok", says: "This role may seal the log of events." }]
  const says = "This role may not seal the log of events, so nothing that is added to it can be proven."
  return [{ name, status: "failed", says: `${says} Run postgres-roles.sql again, as the owner of the tables.` }]
}

// A pooler tells clients a process number of its own, as it may lead each transaction to another process.
async function checkPooler(client: Client, pid: number): Promise<Check> {
  const name = "pooler"
  const { processID } = client as Client & { readonly processID?: number | null }
  if (processID === pid) return { name, status: "ok", says: "None: the connection goes to PostgreSQL itself." }
  try {
    await client.query("begin")
    await client.query("select 1")
    await client.query("commit")
    return { name, status: "ok", says: "PgBouncer or the like stands between, and lets transactions through." }
  } catch (error) {
    const says = `PgBouncer or the like stands between, and lets no transaction through (${explainFailure(error)}).`
    return { name, status: "failed", says: `${says} Set its pool_mode to transaction or session.` }
  }
}
