import { afterAll, describe, expect, it } from "vitest"
import { storeContract } from "../../src/testing.ts"
import { type ContractDatabase, everyContract } from "./contract/every-contract.ts"
import { createMigratedRoom } from "./migrated-room.ts"
import { openStore, type RedisAddress } from "./open-redis.ts"
import { startOwnRedis } from "./own-redis.ts"

const redis = await startOwnRedis()
afterAll(() => redis.stop())

const module = new URL("./open-redis.ts", import.meta.url)
everyContract("PostgreSQL and Redis", postgresBehindRedis, { module })
// The other client, and another store: what is published for both.
storeContract("SQLite and Redis", async () => behindRedis({ path: ":memory:" }, "redis", {}), { describe, it, expect })

async function postgresBehindRedis(): Promise<ContractDatabase> {
  const { address, ...more } = await createMigratedRoom()
  return behindRedis(address, "ioredis", more)
}

let databases = 0

function behindRedis(
  database: RedisAddress["database"],
  kind: RedisAddress["kind"],
  more: Pick<ContractDatabase, "query" | "discard" | "openOwner">,
): ContractDatabase {
  const address: RedisAddress = { database, kind, redisUrl: redis.url, prefix: `contract-${databases++}` }
  return { ...more, address, open: () => openStore(address), limitsExpire: true }
}
