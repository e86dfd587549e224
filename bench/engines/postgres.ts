import pg from "pg"
import { ensureProgram, programs } from "../../scripts/ensure-program.ts"
import { startOwnPostgres } from "../../scripts/services/own-postgres.ts"
import type { DatabaseSize, Engine, TableSize } from "./engine.ts"

// Each commit waits for the disk. The rest is what anybody sets who has read one page about it: room to cache, and checkpoints
// that are minutes apart.
const SETTINGS = {
  shared_buffers: "1GB",
  maintenance_work_mem: "512MB",
  max_wal_size: "8GB",
  checkpoint_timeout: "15min",
}
// The schema that our tables are in; the others' are in `public`.
const SEARCH_PATH = "-c search_path=linklatch,public"

/** A server for this run alone, with a database for each site. */
export async function startPostgres(): Promise<Engine> {
  await ensureProgram(programs.postgres)
  const server = await startOwnPostgres({ durable: true, settings: SETTINGS })
  return {
    name: "postgres",
    durable: { fsync: "on", synchronous_commit: "on", full_page_writes: "on" },
    environment: {},
    async createDatabase(name) {
      const client = new pg.Client({ connectionString: server.url })
      await client.connect()
      await client.query(`create database ${client.escapeIdentifier(name)}`)
      await client.end()
      return Object.assign(new URL(server.url), { pathname: name }).href
    },
    async openReader(database) {
      const client = new pg.Client({ connectionString: database, options: SEARCH_PATH })
      await client.connect()
      return {
        async count(sql) {
          const { rows } = await client.query<Record<string, unknown>>(sql)
          return Number(Object.values(rows[0] ?? {})[0])
        },
        sizes: () => sizesOf(client),
        close: () => client.end(),
      }
    },
    stop: () => server.stop(),
  }
}

const TABLES = `select relname as name, pg_total_relation_size(oid)::float8 as bytes from pg_class
  where relkind = 'r' and relnamespace = 'linklatch'::regnamespace order by relname`
const WHOLE = `select pg_database_size(current_database())::float8 as bytes,
  (select sum(size)::float8 from pg_ls_waldir()) as "walBytes"`

async function sizesOf(client: pg.Client): Promise<DatabaseSize> {
  const tables: TableSize[] = []
  for (const { name, bytes } of (await client.query<{ name: string; bytes: number }>(TABLES)).rows) {
    const { rows } = await client.query<{ rows: number }>(`select count(*)::float8 as rows from linklatch."${name}"`)
    tables.push({ name, bytes, rows: rows[0]?.rows ?? 0 })
  }
  const { rows } = await client.query<{ bytes: number; walBytes: number }>(WHOLE)
  return { tables, bytes: rows[0]?.bytes ?? 0, walBytes: rows[0]?.walBytes ?? 0 }
}
