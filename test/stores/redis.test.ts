import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll } from "vitest"
import { withPostgres } from "../../scripts/services/ask-postgres.ts"
import { createPostgresDatabase } from "../postgres.ts"
import { type ContractDatabase, everyContract } from "./contract/every-contract.ts"
import { openStore, type RedisAddress } from "./open-redis.ts"
import { startOwnRedis } from "./own-redis.ts"

const redis = await startOwnRedis()
afterAll(() => redis.stop())

const module = new URL("./open-redis.ts", import.meta.url)
everyContract("SQLite and Redis", sqliteBehindRedis, { module })
everyContract("PostgreSQL and Redis", postgresBehindRedis, { module })

async function sqliteBehindRedis(): Promise<ContractDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "linklatch-redis-store-"))
  const path = join(folder, "auth.db")
  const query = async (sql: string) => {
    const database = new DatabaseSync(path, { readOnly: true })
    const rows = database.prepare(sql).all()
    database.close()
    return rows
  }
  return behindRedis({ path }, "redis", { query, discard: () => rm(folder, { recursive: true }) })
}

async function postgresBehindRedis(): Promise<ContractDatabase> {
  const { ownerUrl: url, schema, drop: discard } = await createPostgresDatabase()
  const query = (sql: string) =>
    withPostgres(url, async (ask) => {
      await ask(`set search_path to ${schema}`)
      return ask(sql)
    })
  return behindRedis({ url, schema }, "ioredis", { query, discard })
}

let databases = 0

function behindRedis(
  database: RedisAddress["database"],
  kind: RedisAddress["kind"],
  more: Pick<ContractDatabase, "query" | "discard">,
): ContractDatabase {
  const address: RedisAddress = { database, kind, redisUrl: redis.url, prefix: `contract-${databases++}` }
  return { ...more, address, open: () => openStore(address), limitsExpire: true }
}
