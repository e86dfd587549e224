import Database from "better-sqlite3"
import pg from "pg"
import { postgresDurability, postgresVersion, sqliteDurability } from "../sites/durability.ts"
import type { SiteFacts } from "../sites/serve-site.ts"
import { POOL_SIZE } from "../sites/settings.ts"
import { versionsOf } from "./versions-of.ts"

/** What the peers' adapters take, and what the bench must know of it. */
export type Opened = { facts(packages: readonly string[]): Promise<Omit<SiteFacts, "port">> } & (
  | { readonly engine: "sqlite"; readonly database: Database.Database }
  | { readonly engine: "postgres"; readonly database: pg.Pool }
)

/** Opens a file with better-sqlite3, or a connection string with a `pg` pool. */
export function openDatabase(at: string): Opened {
  return at.startsWith("postgres:") ? openPostgres(at) : openSqlite(at)
}

function openSqlite(path: string): Opened {
  const database = new Database(path)
  database.pragma("journal_mode = wal")
  database.pragma("synchronous = full")
  return {
    engine: "sqlite",
    database,
    facts: async (packages) => ({
      versions: {
        ...versionsOf([...packages, "better-sqlite3"]),
        SQLite: String(database.prepare("select sqlite_version()").pluck().get()),
      },
      durability: sqliteDurability((sql) => database.prepare(sql).get()),
    }),
  }
}

function openPostgres(connectionString: string): Opened {
  const database = new pg.Pool({ connectionString, max: POOL_SIZE })
  return {
    engine: "postgres",
    database,
    facts: async (packages) => ({
      versions: { ...versionsOf([...packages, "pg"]), PostgreSQL: await postgresVersion(database) },
      durability: await postgresDurability(database),
    }),
  }
}
