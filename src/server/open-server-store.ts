import type { Log } from "../core/log.ts"
import type { Store } from "../core/store.ts"
import { openStore } from "./open-store.ts"
import type { ServerConfig } from "./server-config.ts"

/** The store that a server decides with: its database, and Redis before it where there is one. Closing it closes both. */
export async function openServerStore(config: ServerConfig, log: Log): Promise<Store> {
  const { database, redis } = config
  // Those of a file are soon done, and a server's first line says where it listens.
  const onMigration = database.engine === "postgres" ? (name: string) => log.info("migration", { name }) : undefined
  const store = await openStore(database, onMigration)
  try {
    if (database.engine === "postgres") await prepare(store, log)
    if (redis === null) return store
    const { shareInRedis } = await import("./share-in-redis.ts")
    return await shareInRedis(store, { url: redis.url, secret: config.options.secret, log })
  } catch (fault) {
    await store.close()
    throw fault
  }
}

// A server that is away may come back, and /readyz says 503 until then. One that refuses us won't change its mind.
async function prepare(store: Store, log: Log): Promise<void> {
  try {
    await store.migrate()
  } catch (error) {
    const { isLostConnection } = await import("../stores/postgres/database-fault.ts")
    if (!(error instanceof Error) || !isLostConnection(error.cause)) throw error
    log.warn("store_away", { error })
  }
}
