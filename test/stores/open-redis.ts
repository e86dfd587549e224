import type { Store } from "../../src/core/store.ts"
import { postgres } from "../../src/postgres.ts"
import { withRedis } from "../../src/redis.ts"
import { sqlite } from "../../src/sqlite.ts"
import { type ClientKind, connect, SECRET } from "./redis-site.ts"

/** Where a process finds the database of a test and what stands in Redis beside it. */
export interface RedisAddress {
  readonly database: { readonly path: string } | { readonly url: string; readonly schema: string }
  readonly redisUrl: string
  readonly prefix: string
  readonly kind: ClientKind
}

/** Opens both. */
export async function openStore(address: RedisAddress): Promise<Store> {
  const { database } = address
  const inner = "path" in database ? sqlite(database.path) : postgres(database.url, { schema: database.schema })
  return putRedisBefore(inner, address)
}

/** With a connection to Redis that ends with the store. A process that loses Redis ends: its answers would prove nothing. */
export async function putRedisBefore(
  inner: Store,
  { redisUrl, prefix, kind }: Omit<RedisAddress, "database">,
): Promise<Store> {
  const { client, disconnect } = await connect(redisUrl, kind)
  const store = withRedis(inner, client, {
    prefix,
    secret: SECRET,
    // This machine may be busy, and what is proven is what Redis decides.
    timeout: 500,
    onStateChange: (change) =>
      queueMicrotask(() => {
        throw new Error(`Redis is ${JSON.stringify(change)}`)
      }),
  })
  return {
    ...store,
    async close() {
      await store.close()
      disconnect()
    },
  }
}
