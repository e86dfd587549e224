import type { Redis, RedisOptions } from "ioredis"
import { LinklatchError } from "../core/fault.ts"

const CONNECT_TIMEOUT_MS = 5_000
const MOST_MS_BETWEEN_TRIES = 2_000

/** A client for the server's life, which comes back by itself whenever Redis does. It connects on its own; whoever waits asks. */
export async function openRedis(url: string): Promise<Redis> {
  const retryStrategy = (tries: number) => Math.min(tries * 50, MOST_MS_BETWEEN_TRIES)
  const client = await createRedis(url, { retryStrategy, maxRetriesPerRequest: null, keepAlive: 10_000 })
  // That it is away is told once, by who uses it.
  client.on("error", () => undefined)
  return client
}

/** Lets `act` ask on one connection of its own, and closes it. Rejects where there is none. */
export async function withOneRedis<Result>(url: string, act: (client: Redis) => Promise<Result>): Promise<Result> {
  const client = await createRedis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
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

type Options = Pick<RedisOptions, "retryStrategy" | "maxRetriesPerRequest" | "keepAlive" | "lazyConnect">

async function createRedis(url: string, options: Options): Promise<Redis> {
  const client = await import("ioredis").catch((cause: unknown) => {
    const problem = "REDIS_URL needs the package ioredis, and it isn't installed. Run: npm install ioredis"
    throw new LinklatchError("invalid_configuration", problem, { cause })
  })
  return new client.Redis(url, { connectTimeout: CONNECT_TIMEOUT_MS, connectionName: "linklatch", ...options })
}
