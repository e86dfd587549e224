import { LinklatchError } from "../../core/fault.ts"

/** What we use of a client made by `createClient` of `redis` (node-redis). */
export interface NodeRedisClient extends Emitter {
  readonly isReady: boolean
  sendCommand(command: readonly string[]): Promise<unknown>
}

/** What we use of a `Redis` or a `Cluster` of `ioredis`. */
export interface IoRedisClient extends Emitter {
  readonly status: string
  call(command: string, args: string[]): Promise<unknown>
}

/** The application's own client. It stays the application's: to connect, and to close. */
export type RedisClient = NodeRedisClient | IoRedisClient

interface Emitter {
  on(event: string, listener: () => void): unknown
  once(event: string, listener: () => void): unknown
  listenerCount(event: string): number
}

/** The same of both. */
export interface RedisConnection {
  /** Whether a command would be sent now, rather than kept until there is a connection again. */
  isReady(): boolean
  send(command: string, args: readonly string[]): Promise<unknown>
  /** Calls back when there is a connection. */
  onceReady(listener: () => void): void
}

/**
 * Tells the clients apart by their shape.
 *
 * @throws LinklatchError `invalid_configuration` for anything else.
 */
export function connectionOf(client: RedisClient): RedisConnection {
  const connection = { ...commandsOf(client), onceReady: (listener: () => void) => void client.once("ready", listener) }
  // A client of which nobody hears the errors ends the process (node-redis) or writes to the console (ioredis).
  if (client.listenerCount("error") === 0) client.on("error", () => undefined)
  return connection
}

function commandsOf(client: RedisClient): Omit<RedisConnection, "onceReady"> {
  if (isIoRedis(client)) {
    return {
      // One that waits to be used connects with its first command.
      isReady: () => client.status === "ready" || client.status === "wait",
      send: (command, args) => client.call(command, [...args]),
    }
  }
  if (isNodeRedis(client)) {
    return { isReady: () => client.isReady, send: (command, args) => client.sendCommand([command, ...args]) }
  }
  const problem = "The client is none of `redis` or `ioredis`."
  const cure = "Give one that createClient() of redis made, or a Redis or Cluster of ioredis."
  throw new LinklatchError("invalid_configuration", `${problem} ${cure}`, {
    faults: [{ setting: "client", problem, cure }],
  })
}

function isIoRedis(client: RedisClient): client is IoRedisClient {
  return "call" in client && typeof client.call === "function" && typeof client.status === "string"
}

// Those of createCluster and createSentinel take the command behind one or two more parameters.
function isNodeRedis(client: RedisClient): client is NodeRedisClient {
  if (!("sendCommand" in client) || typeof client.sendCommand !== "function") return false
  return typeof client.isReady === "boolean" && client.sendCommand.length <= 2
}
