import { existsSync, readdirSync, readFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import type { Row } from "../../scripts/services/ask-postgres.ts"
import type { OwnServer } from "../../scripts/services/keep-server.ts"
import { startOwnRedis } from "../../scripts/services/own-redis.ts"
import { type Dump, dumpTables } from "../attack/dump-tables.ts"
import type { Engine } from "./points.ts"
import { openPostgresServer, type PostgresServer } from "./postgres-server.ts"
import { openTcpProxy, type TcpProxy } from "./tcp-proxy.ts"

/** A database of its own for one round. */
export interface CampaignDatabase {
  readonly engine: Engine
  /** What a site is told: `sqlite:path`, or `postgres://` with the port of the proxy. */
  readonly url: string
  /** Where its files are. */
  readonly folder: string
  /** PostgreSQL alone: the server, and what stands before it. */
  readonly server: PostgresServer | null
  readonly proxy: TcpProxy | null
  /** Beside the database. */
  readonly redis: OwnServer | null
  /** Whether the log's positions have no gaps. */
  readonly isDense: boolean
  /** Every row of every table. */
  dump(): Promise<Dump>
  /** How many rows of the outbox wait. */
  countQueued(): Promise<number>
  /** How many events are not under a checkpoint yet. */
  countUnsealed(): Promise<number>
  /** Whoever holds the lease on sealing, or did when they died, holds it no longer. */
  endLease(): Promise<void>
  /** Everything that it keeps on the disk. */
  files(): Promise<ReadonlyMap<string, Buffer>>
  discard(): Promise<void>
}

export async function openSqliteFile(parent = tmpdir()): Promise<CampaignDatabase> {
  const folder = await mkdtemp(join(parent, "linklatch-faults-"))
  const path = join(folder, "auth.db")
  return {
    engine: "sqlite",
    url: `sqlite:${path}`,
    folder,
    server: null,
    proxy: null,
    redis: null,
    isDense: true,
    dump: async () => dumpTables(path),
    countQueued: async () => numberIn(path, "select count(*) as result from outbox where state = 'queued'"),
    countUnsealed: async () => numberIn(path, UNSEALED_SQLITE),
    async endLease() {
      const database = new DatabaseSync(path, { timeout: 5_000 })
      database.exec("update audit_log set lease_until = 0")
      database.close()
    },
    async files() {
      const names = [path, `${path}-wal`, `${path}-shm`].filter((name) => existsSync(name))
      return new Map(names.map((name) => [name.slice(folder.length + 1), readFileSync(name)]))
    },
    discard: () => rm(folder, { recursive: true, force: true }),
  }
}

const UNSEALED_SQLITE = `
  select count(*) + (select size from audit_log) - coalesce((select max(size) from audit_checkpoints), 0) as result
  from auth_events where seq > (select cast(cursor as integer) from audit_log)`

function numberIn(path: string, sql: string): number {
  const database = new DatabaseSync(path, { readOnly: true })
  const row = database.prepare(sql).get()
  database.close()
  return Number(row?.["result"])
}

const UNSEALED_POSTGRES = `
  select (linklatch.log_backlog(100000) ->> 'events')::int + (select size from linklatch.audit_log)
    - coalesce((select max(size) from linklatch.audit_checkpoints), 0) as result`
const TABLES: Readonly<Record<string, string>> = {
  users: "user_id",
  user_providers: "user_id, provider",
  sign_in_requests: "seq",
  magic_link_tokens: "seq",
  sessions: "token_hash",
  outbox: "outbox_id",
  rate_limits: "limit_key",
  auth_events: "seq",
  auth_event_pii: "pii_id",
}

/** A server of its own, and a proxy before it that can cut connections. */
export async function openPostgres(): Promise<CampaignDatabase> {
  const server = await openPostgresServer()
  const proxy = await openTcpProxy(server.port)
  const dump = async () => {
    const tables = Object.entries(TABLES).map(async ([name, order]) => {
      const rows = await server.query(`select * from linklatch.${name} order by ${order}`)
      return [name, rows.map(asInSqlite)] as const
    })
    return Object.fromEntries(await Promise.all(tables)) as Dump
  }
  return {
    engine: "postgres",
    url: server.siteUrl(proxy.port),
    folder: server.data,
    server,
    proxy,
    redis: null,
    isDense: false,
    dump,
    async countQueued() {
      const [row] = await server.query("select count(*)::int as queued from linklatch.outbox where state = 'queued'")
      return Number(row?.["queued"])
    },
    async countUnsealed() {
      const [row] = await server.query(UNSEALED_POSTGRES)
      return Number(row?.["result"])
    },
    async endLease() {
      await server.query("update linklatch.audit_log set lease_until = 0")
    },
    async files() {
      await server.query("checkpoint")
      const [row] = await server.query("select oid::text from pg_database where datname = 'linklatch'")
      const folders = [join(server.data, "base", String(row?.["oid"])), join(server.data, "pg_wal")]
      const log = join(server.folder, "log")
      return new Map([...folders.flatMap(readFolder), [log, readFileSync(log)]])
    },
    async discard() {
      await proxy.close()
      await server.stop()
    },
  }
}

/** The same with a Redis of its own. */
export async function openPostgresWithRedis(): Promise<CampaignDatabase> {
  const [database, redis] = await Promise.all([openPostgres(), startOwnRedis()])
  return {
    ...database,
    redis,
    async discard() {
      await database.discard()
      await redis.stop()
    },
  }
}

/** The tables have the same names and columns; `pg` gives a bigint as a text, and SQLite has no booleans. */
function asInSqlite(row: Row): Record<string, unknown> {
  const plain = (name: string, value: unknown) => {
    if (typeof value === "boolean") return Number(value)
    if (Array.isArray(value)) return JSON.stringify(value.map(Number))
    if (value instanceof Buffer) return new Uint8Array(value)
    return typeof value === "string" && NUMBERS.test(name) && /^[0-9]+$/.test(value) ? Number(value) : value
  }
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(name, value)]))
}

const NUMBERS = /^(?:seq|at|uses|closed_through|deadline|window_ms|reported_until)$|_at$/

/** Files with rows, by their path. */
function readFolder(folder: string): readonly (readonly [string, Buffer])[] {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map(({ name }) => [join(folder, name), readFileSync(join(folder, name))])
}
