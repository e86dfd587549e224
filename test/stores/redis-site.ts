import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import { createClient } from "redis"
import type { Store } from "../../src/core/store.ts"
import { type RedisClient, type RedisOptions, type RedisStateChange, withRedis } from "../../src/redis.ts"
import { sqlite } from "../../src/sqlite.ts"

export const SECRET = "a-secret-for-tests-that-is-long-enough"

export type ClientKind = "redis" | "ioredis"

/** A store on a SQLite file and a Redis, as one process of a site has it. */
export interface RedisSite {
  readonly store: Store
  /** The same database without Redis, as a process that knows nothing of it has it. */
  readonly database: Store
  /** Where the database is, for another process. */
  readonly path: string
  readonly client: RedisClient
  /** What was heard of Redis, oldest first. */
  readonly changes: RedisStateChange[]
  close(): Promise<void>
}

export async function openSite(
  url: string,
  { kind = "ioredis", ...options }: RedisOptions & { readonly kind?: ClientKind } = {},
  wrap: (store: Store) => Store = (store) => store,
): Promise<RedisSite> {
  const folder = await mkdtemp(join(tmpdir(), "linklatch-redis-site-"))
  const path = join(folder, "auth.db")
  const database = sqlite(path)
  const changes: RedisStateChange[] = []
  const { client, disconnect } = await connect(url, kind)
  const store = withRedis(wrap(sqlite(path)), client, {
    secret: SECRET,
    // The machine may be busy, and most tests are about what Redis decides.
    timeout: 500,
    onStateChange: (change) => void changes.push(change),
    ...options,
  })
  return {
    store,
    database,
    path,
    client,
    changes,
    async close() {
      await store.close()
      await database.close()
      disconnect()
      await rm(folder, { recursive: true })
    },
  }
}

/** As an application would: nothing set but where it is. */
export async function connect(url: string, kind: ClientKind) {
  if (kind === "ioredis") {
    const client = new Redis(url)
    return { client, disconnect: () => client.disconnect() }
  }
  const client = await createClient({ url }).connect()
  return { client, disconnect: () => client.destroy() }
}
