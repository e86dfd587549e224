import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import { createClient } from "redis"
import { afterAll, describe, expect, it } from "vitest"
import { type RedisClient, type RedisOptions, withRedis } from "../../src/redis.ts"
import { sqlite } from "../../src/sqlite.ts"
import { sharedStoreContract, storeContract } from "../../src/testing.ts"
import { startOwnRedis } from "./own-redis.ts"

const redis = await startOwnRedis()
const nodeRedis = await createClient({ url: redis.url }).connect()
const ioRedis = new Redis(redis.url)
afterAll(async () => {
  await nodeRedis.close()
  ioRedis.disconnect()
  await redis.stop()
})

const secret = "a-secret-for-tests-that-is-long-enough"
const runner = { describe, it, expect }

describe.each([
  ["redis", nodeRedis],
  ["ioredis", ioRedis],
] as const)("with a client of %s", (name, client) => {
  const changes: unknown[] = []
  // What is proven here is what Redis decides: this machine may be busy, and a time-out would hand it to the database.
  const options = { secret, timeout: 500, onStateChange: (change: unknown) => void changes.push(change) }
  const createDatabase = () => databaseBehind(client, options)
  storeContract(`SQLite and Redis (${name})`, createDatabase, runner)
  sharedStoreContract(`SQLite and Redis (${name})`, createDatabase, runner)
  it("asked Redis all along", () => expect(changes).toEqual([]))
})

let databases = 0

/** A SQLite file, and names of its own in Redis. */
async function databaseBehind(client: RedisClient, options: RedisOptions) {
  const folder = await mkdtemp(join(tmpdir(), "linklatch-redis-store-"))
  const prefix = `test-${databases++}`
  return {
    open: async () => withRedis(sqlite(join(folder, "auth.db")), client, { prefix, ...options }),
    limitsExpire: true,
    discard: () => rm(folder, { recursive: true }),
  }
}
