import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import { createClient } from "redis"
import { afterAll, describe, expect, it } from "vitest"
import { postgres } from "../../src/postgres.ts"
import { type RedisClient, type RedisOptions, withRedis } from "../../src/redis.ts"
import { sqlite } from "../../src/sqlite.ts"
import { sharedStoreContract, storeContract, type TestDatabase } from "../../src/testing.ts"
import { createPostgresDatabase } from "../postgres.ts"
import { startOwnRedis } from "./own-redis.ts"
import { SECRET } from "./redis-site.ts"

const redis = await startOwnRedis()
const nodeRedis = await createClient({ url: redis.url }).connect()
const ioRedis = new Redis(redis.url)
afterAll(async () => {
  await nodeRedis.close()
  ioRedis.disconnect()
  await redis.stop()
})

const runner = { describe, it, expect }

describe.each([
  ["redis", nodeRedis],
  ["ioredis", ioRedis],
] as const)("with a client of %s", (name, client) => {
  const { options, changes } = listening()
  const createDatabase = () => sqliteBehind(client, options)
  storeContract(`SQLite and Redis (${name})`, createDatabase, runner)
  sharedStoreContract(`SQLite and Redis (${name})`, createDatabase, runner)
  it("asked Redis all along", () => expect(changes).toEqual([]))
})

describe("with PostgreSQL", () => {
  const { options, changes } = listening()
  const createDatabase = () => postgresBehind(ioRedis, options)
  storeContract("PostgreSQL and Redis", createDatabase, runner)
  sharedStoreContract("PostgreSQL and Redis", createDatabase, runner)
  it("asked Redis all along", () => expect(changes).toEqual([]))
})

// What is proven here is what Redis decides: this machine may be busy, and a time-out would hand it to the database.
function listening() {
  const changes: unknown[] = []
  const options = { secret: SECRET, timeout: 500, onStateChange: (change: unknown) => void changes.push(change) }
  return { options, changes }
}

let databases = 0

/** A SQLite file, and names of its own in Redis. */
async function sqliteBehind(client: RedisClient, options: RedisOptions): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "linklatch-redis-store-"))
  const prefix = `sqlite-${databases++}`
  return {
    open: async () => withRedis(sqlite(join(folder, "auth.db")), client, { prefix, ...options }),
    limitsExpire: true,
    discard: () => rm(folder, { recursive: true }),
  }
}

async function postgresBehind(client: RedisClient, options: RedisOptions): Promise<TestDatabase> {
  const { ownerUrl, schema, drop } = await createPostgresDatabase()
  const prefix = `postgres-${databases++}`
  return {
    open: async () => withRedis(postgres(ownerUrl, { schema }), client, { prefix, ...options }),
    limitsExpire: true,
    discard: drop,
  }
}
