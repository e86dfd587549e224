import { createScrub } from "../server/scrub.ts"
import { type RedisConfig, redisSecretsOf } from "../server/server-config.ts"
import { withRedisClient } from "../server/with-redis-client.ts"
import type { Check } from "./check-parts.ts"
import { explainFailure } from "./store-failure.ts"

const name = "redis"
const OLDEST = [6, 2] as const

/** Whether Redis is there, takes what limits need, and keeps what it took. Writes nothing. */
export async function checkRedis(redis: RedisConfig): Promise<Check> {
  const { host } = new URL(redis.url)
  try {
    return judge(host, readInfo(await withRedisClient(redis.url, (client) => client.info())))
  } catch (error) {
    const reason = createScrub(redisSecretsOf(redis))(explainFailure(error))
    return { name, status: "failed", says: `Redis at ${host} can't be used: ${reason}` }
  }
}

function judge(host: string, info: ReadonlyMap<string, string>): Check {
  const version = info.get("redis_version") ?? "of an unknown version"
  const product = info.has("valkey_version") ? `Valkey ${info.get("valkey_version")}` : `Redis ${version}`
  const [major = 0, minor = 0] = version.split(".").map(Number)
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return { name, status: "failed", says: `${host} answers: ${product}, and must be 6.2 or newer.` }
  }
  if (info.get("role") === "slave") {
    return { name, status: "failed", says: `${host} is a replica, and takes no writes. Name the one that does.` }
  }
  const policy = info.get("maxmemory_policy") ?? "noeviction"
  if (policy !== "noeviction" && info.get("maxmemory") !== "0") {
    const says = `${host} answers: ${product}. When it is full it forgets limits (maxmemory-policy ${policy}).`
    return { name, status: "warning", says: `${says} Set maxmemory-policy to noeviction.` }
  }
  return { name, status: "ok", says: `${host} answers: ${product}. It forgets no limits (maxmemory-policy ${policy}).` }
}

function readInfo(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(/\r?\n/).map((line) => line.split(":"))
  return new Map(pairs.map(([key = "", ...value]) => [key, value.join(":")]))
}
