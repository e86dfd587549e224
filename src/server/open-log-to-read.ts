import type { ReadableLog } from "../core/verifying/readable-log.ts"
import { DEFAULT_SCHEMA } from "../stores/postgres/default-schema.ts"
import type { DatabaseConfig } from "./server-config.ts"

export interface OpenedLog {
  readonly log: ReadableLog
  close(): Promise<void>
}

const CONNECTIONS = 2
const CONNECT_TIMEOUT_MS = 10_000
// Looking into a hole of a large table may take its time.
const QUERY_TIMEOUT_MS = 600_000

/** The log of a database, to be read: nothing is migrated, nothing written, and a file may be a copy that can't be written to. */
export async function openLogToRead(database: DatabaseConfig): Promise<OpenedLog> {
  if (database.engine === "sqlite") {
    const { openSqliteLog } = await import("../stores/sqlite/open-log.ts")
    const { log, close } = openSqliteLog(database.path)
    return { log, close: async () => close() }
  }
  const { default: pg } = await import("pg")
  const pool = new pg.Pool({
    connectionString: database.url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    application_name: "linklatch",
  })
  pool.on("error", () => undefined)
  try {
    const { openPostgresLog } = await import("../stores/postgres/open-log.ts")
    return { log: await openPostgresLog(pool, DEFAULT_SCHEMA), close: () => pool.end() }
  } catch (error) {
    await pool.end()
    throw error
  }
}
