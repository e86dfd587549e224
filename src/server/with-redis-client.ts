import type { Redis } from "ioredis"
import { loadRedisClient } from "./load-redis-client.ts"

const CONNECT_TIMEOUT_MS = 5_000

/** Lets `act` ask on one connection of its own, and closes it. Rejects where there is none, with the reason. */
export async function withRedisClient<Result>(url: string, act: (client: Redis) => Promise<Result>): Promise<Result> {
  const { Redis: Client } = await loadRedisClient()
  const client = new Client(url, {
    connectionName: "linklatch",
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: CONNECT_TIMEOUT_MS,
    lazyConnect: true,
    retryStrategy: () => null,
  })
  // `connect` rejects with "Connection is closed"; why is said here alone.
  const reasons: Error[] = []
  client.on("error", (reason: Error) => reasons.push(reason))
  try {
    await client.connect()
    return await act(client)
  } catch (error) {
    throw reasons[0] ?? error
  } finally {
    client.disconnect()
  }
}
