import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { askPostgres, type Row } from "../../scripts/services/ask-postgres.ts"
import type { OwnServer } from "../../scripts/services/keep-server.ts"
import { startOwnPostgres } from "../../scripts/services/own-postgres.ts"

/** A PostgreSQL server of a round's own, which waits for the disk as production does. */
export interface PostgresServer extends OwnServer {
  /** Its superuser in the site's database. */
  readonly adminUrl: string
  /** Where its tables are. */
  readonly data: string
  /** What the site is told, through another port. */
  siteUrl(port: number): string
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>
}

/** Whoever finds this in a file has found a leak. */
export const DATABASE_PASSWORD = "canary-database-password-7c2a9e4f1b6d-canary"

export async function openPostgresServer(): Promise<PostgresServer> {
  const server = await startOwnPostgres({ durable: true, settings: { max_connections: "80", shared_buffers: "64MB" } })
  await askPostgres(server.url, `create role linklatch login password '${DATABASE_PASSWORD}'`)
  await askPostgres(server.url, "create database linklatch owner linklatch")
  const adminUrl = Object.assign(new URL(server.url), { pathname: "/linklatch" }).href
  return {
    ...server,
    adminUrl,
    data: join(server.folder, "data"),
    siteUrl: (port) => `postgres://linklatch:${DATABASE_PASSWORD}@127.0.0.1:${port}/linklatch`,
    query: (sql, values) => askPatiently(adminUrl, sql, values),
  }
}

// To connect may take long where several rounds share a machine.
async function askPatiently(url: string, sql: string, values?: readonly unknown[]): Promise<readonly Row[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await askPostgres(url, sql, values)
    } catch (fault) {
      if (tries === TRIES) throw fault
      await pause(100 * tries)
    }
  }
}

const TRIES = 5
