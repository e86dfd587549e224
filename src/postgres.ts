/** The database for many machines. `import { postgres } from "linklatch/postgres"` */
import pg from "pg"
import type { Store } from "./core/store.ts"
import { DEFAULT_SCHEMA } from "./stores/postgres/default-schema.ts"
import type { PostgresPool } from "./stores/postgres/pool.ts"
import { createPostgresStore } from "./stores/postgres/postgres-store.ts"

export type { PostgresClient, PostgresPool } from "./stores/postgres/pool.ts"

export interface PostgresOptions {
  /** The schema that holds our tables and functions, apart from your own; default `linklatch`. */
  readonly schema?: string | undefined
  /** Hears the name of each migration before it runs, as one over a large table takes its time. */
  readonly onMigration?: ((name: string) => void) | undefined
}

const CONNECTIONS = 10
const CONNECT_TIMEOUT_MS = 5_000
const QUERY_TIMEOUT_MS = 10_000

/**
 * Keeps everything in PostgreSQL 14 or newer: any number of processes share it. Takes a connection string, and makes ten connections
 * at most, each within 5 seconds and each answer within 10. Or takes your own `Pool` of `pg`, which stays yours: you listen to its
 * `error`, and closing the store doesn't end it. One connection listens for mail that is owed, unless the pool has no other. Works
 * behind PgBouncer in transaction mode. Connects when first asked, and then brings its tables up to date, which needs a role that
 * may: others can run with less (docs/guides/many-machines.md).
 *
 * Decisions reject with LinklatchError `store_unavailable` while the server can't be reached or is not up to date.
 */
export function postgres(connection: string | PostgresPool, options: PostgresOptions = {}): Store {
  const { schema = DEFAULT_SCHEMA, onMigration } = options
  if (typeof connection !== "string") {
    return createPostgresStore(connection, { schema, onMigration, endPool: async () => undefined })
  }
  const pool = new pg.Pool({
    connectionString: connection,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    application_name: "linklatch",
  })
  // A connection that dies while nobody uses it is replaced when one is needed; without a listener it would end the process.
  pool.on("error", () => undefined)
  return createPostgresStore(pool, { schema, onMigration, endPool: () => pool.end() })
}
