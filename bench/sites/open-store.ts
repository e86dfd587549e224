import { Redis } from "ioredis"
import pg from "pg"
import type { Store } from "../../src/core/store.ts"
import { postgres } from "../../src/postgres.ts"
import { withRedis } from "../../src/redis.ts"
import { sqlite } from "../../src/sqlite.ts"
import { openDatabase } from "../../src/stores/sqlite/open-database.ts"
import { postgresDurability, postgresVersion, sqliteDurability } from "./durability.ts"
import { packageVersion } from "./package-version.ts"
import type { SiteFacts } from "./serve-site.ts"
import { POOL_SIZE, secret } from "./settings.ts"

/** A store of ours, and what the bench must know of it. */
export interface OpenedStore {
  readonly store: Store
  readonly facts: Omit<SiteFacts, "port">
}

/** Opens the store of an engine at a path or a connection string, its tables up to date. */
export async function openStore(engine: string, database: string): Promise<OpenedStore> {
  if (engine === "sqlite") return openSqlite(database)
  if (engine === "postgres") return openPostgres(database)
  if (engine === "postgres+redis") return besideRedis(await openPostgres(database), database)
  throw new Error(`There is no engine ${engine}.`)
}

function openSqlite(path: string): OpenedStore {
  const store = sqlite(path)
  // The store keeps its connection to itself: another one, opened by the same function, is asked instead.
  const connection = openDatabase(path)
  const durability = sqliteDurability((sql) => connection.prepare(sql).get())
  connection.close()
  return { store, facts: { versions: { "node:sqlite": process.versions["sqlite"] ?? "" }, durability } }
}

async function openPostgres(connectionString: string): Promise<OpenedStore> {
  const pool = new pg.Pool({ connectionString, max: POOL_SIZE })
  // A run stops its server under it.
  pool.on("error", () => undefined)
  const store = postgres(pool)
  await store.migrate()
  const versions = { pg: packageVersion("pg"), PostgreSQL: await postgresVersion(pool) }
  return { store, facts: { versions, durability: await postgresDurability(pool) } }
}

async function besideRedis({ store, facts }: OpenedStore, database: string): Promise<OpenedStore> {
  const client = new Redis(process.env["REDIS_URL"] ?? "")
  const version = /redis_version:(\S+)/.exec(await client.info("server"))?.[1] ?? ""
  const versions = { ...facts.versions, ioredis: packageVersion("ioredis"), Redis: version }
  // The sites of one run share a server: each has keys of its own.
  const prefix = new URL(database).pathname.slice(1)
  return { store: withRedis(store, client, { secret, prefix }), facts: { ...facts, versions } }
}
