/** Limits and sessions shared by many machines, in Redis or Valkey beside the database. `import { withRedis } from "linklatch/redis"` */
import { type ConfigurationFault, LinklatchError } from "./core/fault.ts"
import type { Store } from "./core/store.ts"
import { createRedisLimits } from "./stores/redis/limits.ts"
import { connectionOf, type RedisClient } from "./stores/redis/redis-client.ts"
import { RedisLink, type RedisStateChange } from "./stores/redis/redis-link.ts"
import { createRedisStore } from "./stores/redis/redis-store.ts"
import { createSessionCache } from "./stores/redis/session-cache.ts"

export type { IoRedisClient, NodeRedisClient, RedisClient } from "./stores/redis/redis-client.ts"
export type { RedisStateChange } from "./stores/redis/redis-link.ts"

export interface RedisOptions {
  /**
   * The `secret` of `linklatch()`: with it, sessions are kept in Redis for less than a second, signed. Without it only limits are
   * there: an entry that isn't signed could be made by anybody who can write to Redis.
   */
  readonly secret?: string | readonly string[] | undefined
  /** What the names of all keys begin with, for several sites in one Redis. Default `linklatch`. */
  readonly prefix?: string | undefined
  /**
   * Milliseconds that a decision waits for Redis before it goes to the database: 10 to 500, default 150. A session is remembered
   * for 950 without them.
   */
  readonly timeout?: number | undefined
  /** Hears once of each change: Redis is away, Redis is back. Without it, a warning of the process says so. */
  readonly onStateChange?: ((change: RedisStateChange) => void) | undefined
}

const DEFAULT_TIMEOUT = 150
const MIN_TIMEOUT = 10
const MAX_TIMEOUT = 500
const MIN_SECRET_LENGTH = 32
const PREFIX_SHAPE = /^[\w.:-]{1,64}$/

/**
 * A store that takes limits in Redis, and remembers there for less than a second what the database said about sessions.
 * Everything else, and every decision while Redis is away, is the database's: losing Redis signs nobody out and lifts no limit,
 * but each time it is lost or comes back a limit may admit its maximum once more.
 *
 * `client` is your own, of `redis` or `ioredis`, for Redis 6.2 or newer or Valkey: you connect it and close it, after
 * `auth.close()`. An `error` that nobody listens to is taken note of here.
 *
 * @throws LinklatchError `invalid_configuration` when the client is neither, or an option is wrong.
 */
export function withRedis(store: Store, client: RedisClient, options: RedisOptions = {}): Store {
  const { tag, secrets } = readOptions(options)
  const { timeout = DEFAULT_TIMEOUT, onStateChange = warn } = options
  const link = new RedisLink(connectionOf(client), {
    probeKey: `${tag}:probe`,
    timeout,
    onStateChange: (change) => tell(onStateChange, change),
  })
  return createRedisStore(store, {
    limits: createRedisLimits(link, tag),
    sessions: secrets === null ? null : createSessionCache(link, tag, secrets, timeout),
    close: () => link.close(),
  })
}

function readOptions({ prefix = "linklatch", timeout = DEFAULT_TIMEOUT, secret }: RedisOptions) {
  const faults: ConfigurationFault[] = []
  if (!PREFIX_SHAPE.test(prefix)) {
    const cure = 'Give letters, digits, "_", "-", "." and ":", at most 64.'
    faults.push({ setting: "prefix", problem: "The prefix has other characters than names of keys should.", cure })
  }
  if (!(timeout >= MIN_TIMEOUT && timeout <= MAX_TIMEOUT)) {
    const cure = `Give ${MIN_TIMEOUT} to ${MAX_TIMEOUT} milliseconds, or leave it out.`
    faults.push({ setting: "timeout", problem: "The time-out is too short, too long, or no number.", cure })
  }
  const [first, ...rest] = typeof secret === "string" ? [secret] : (secret ?? [])
  if ([first ?? "", ...rest].some((one) => one.length < MIN_SECRET_LENGTH) && secret !== undefined) {
    const cure = "Give the secret of linklatch(), or leave it out: then Redis keeps no sessions."
    faults.push({ setting: "secret", problem: `A secret has fewer than ${MIN_SECRET_LENGTH} characters.`, cure })
  }
  if (faults.length > 0) {
    const lines = faults.map(({ setting, problem, cure }) => `- ${setting}: ${problem} ${cure}`)
    throw new LinklatchError("invalid_configuration", `Redis can't be used:\n${lines.join("\n")}`, { faults })
  }
  // One hash tag: a decision has several keys, and a Redis Cluster must find them at one node (decisions/040).
  return { tag: `{${prefix}}`, secrets: first === undefined ? null : ([first, ...rest] as const) }
}

function tell(onStateChange: (change: RedisStateChange) => void, change: RedisStateChange): void {
  try {
    onStateChange(change)
  } catch (error) {
    // What it was told of goes on.
    process.emitWarning(`onStateChange of withRedis() failed: ${String(error)}`)
  }
}

function warn(change: RedisStateChange): void {
  process.emitWarning(
    change.status === "away"
      ? `Redis is away (${change.reason}): limits and sessions go to the database until it is back.`
      : "Redis is back: limits and sessions go to it again.",
    "LinklatchWarning",
  )
}
