import type { Log } from "../core/log.ts"
import type { Store } from "../core/store.ts"
import { withRedis } from "../redis.ts"
import { loadRedisClient } from "./load-redis-client.ts"

const CONNECT_TIMEOUT_MS = 5_000
// A machine that vanished says nothing: without it, the kernel believes in the connection for a quarter of an hour.
const SILENCE_MS = 5_000
const RECONNECT_EVERY_MS = 1_000

/** Shares limits and sessions with other machines, over a connection of the server's own. Closing the store ends it. */
export async function shareInRedis(
  store: Store,
  { url, secret, log }: { readonly url: string; readonly secret: string | readonly string[]; readonly log: Log },
): Promise<Store> {
  const { Redis } = await loadRedisClient()
  const client = new Redis(url, {
    connectionName: "linklatch",
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: (times) => Math.min(times * 50, RECONNECT_EVERY_MS),
    // What was asked before it was lost has been decided by the database since.
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
  })
  const shared = withRedis(store, client, {
    secret,
    onStateChange(change) {
      if (change.status === "away") log.warn("redis_away", { reason: change.reason })
      else log.info("redis_back")
    },
  })
  return {
    ...shared,
    async close() {
      await shared.close()
      client.disconnect()
    },
  }
}
