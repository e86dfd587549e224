import pg from "pg"
import type { Engine } from "./engine.ts"
import { startOwnPostgres } from "./own-postgres.ts"

// The schema that our tables are in; the others' are in `public`.
const SEARCH_PATH = "-c search_path=linklatch,public"

/** A server for this run alone, with a database for each site. */
export async function startPostgres(): Promise<Engine> {
  const server = await startOwnPostgres()
  return {
    name: "postgres",
    durable: { fsync: "on", synchronous_commit: "on", full_page_writes: "on" },
    async createDatabase(name) {
      const client = new pg.Client({ connectionString: server.urlOf("postgres") })
      await client.connect()
      await client.query(`create database ${client.escapeIdentifier(name)}`)
      await client.end()
      return server.urlOf(name)
    },
    async openReader(database) {
      const client = new pg.Client({ connectionString: database, options: SEARCH_PATH })
      await client.connect()
      return {
        async count(sql) {
          const { rows } = await client.query<Record<string, unknown>>(sql)
          return Number(Object.values(rows[0] ?? {})[0])
        },
        close: () => client.end(),
      }
    },
    stop: () => server.stop(),
  }
}
