import { afterAll, describe, expect, it } from "vitest"
import { sqlite } from "../../src/sqlite.ts"
import { storeContract } from "../../src/testing.ts"
import { type ContractDatabase, everyContract } from "./contract/every-contract.ts"
import { createMigratedRoom } from "./migrated-room.ts"
import { putRedisBefore, type RedisAddress } from "./open-redis.ts"
import { startOwnRedis } from "./own-redis.ts"

const redis = await startOwnRedis()
afterAll(() => redis.stop())

const module = new URL("./open-redis.ts", import.meta.url)
everyContract("PostgreSQL and Redis", postgresBehindRedis, { module })
// The other client, and another store: what is published for both.
storeContract("SQLite and Redis", async () => sqliteBehindRedis(), { describe, it, expect })

async function postgresBehindRedis(): Promise<ContractDatabase> {
  const { address: database, open, query, openOwner, discard } = await createMigratedRoom()
  const beside = besideNobody("ioredis")
  return {
    ...{ query, openOwner, discard },
    address: { database, ...beside } satisfies RedisAddress,
    open: async () => putRedisBefore(await open(), beside),
    limitsExpire: true,
  }
}

function sqliteBehindRedis(): ContractDatabase {
  const beside = besideNobody("redis")
  return { open: () => putRedisBefore(sqlite(":memory:"), beside), limitsExpire: true }
}

let databases = 0

function besideNobody(kind: RedisAddress["kind"]): Omit<RedisAddress, "database"> {
  return { kind, redisUrl: redis.url, prefix: `contract-${databases++}` }
}
