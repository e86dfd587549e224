import { LinklatchError } from "../../core/fault.ts"
import type { ReadableLog } from "../../core/verifying/readable-log.ts"
import { createDatabase } from "./database.ts"
import { checkLogTables } from "./log-tables.ts"
import type { PostgresPool } from "./pool.ts"
import { createSealing } from "./sealing.ts"

const TABLES = `
  select json_build_array(to_regclass($1 || '.auth_events') is not null, to_regclass($1 || '.audit_log') is not null)::text as result`

/**
 * The log in a schema as it is, to be read: no table is brought up to date.
 *
 * @throws LinklatchError `store_unavailable` where there is no sealed log in it, or none that can be read as it stands there
 */
export async function openPostgresLog(pool: PostgresPool, schema: string): Promise<ReadableLog> {
  const database = createDatabase(pool, schema, async () => undefined)
  const [tables] = await database.ask(TABLES, [schema])
  const [hasEvents, hasLog] = tables as readonly [boolean, boolean]
  if (!hasEvents) throw new LinklatchError("store_unavailable", "There are no tables of Linklatch in this database.")
  if (hasLog) {
    await checkLogTables(database)
    return createSealing(database)
  }
  const problem = "This database is of a version that sealed nothing: there is no log in it to verify."
  const cure = "A server of this version seals it, from its first event on."
  throw new LinklatchError("store_unavailable", `${problem} ${cure}`)
}
