import { askRedis } from "../../scripts/services/ask-redis.ts"
import type { OwnServer } from "../../scripts/services/keep-server.ts"
import type { Begin } from "./outages.ts"
import type { Round } from "./round.ts"

/** Redis is gone at once, with all that it kept. */
export const killRedis: Begin = async ({ database }) => {
  const redis = redisOf(database)
  await redis.kill()
  return () => redis.restart()
}

/** It takes connections and answers nobody. */
export const freezeRedis: Begin = async ({ database }) => {
  const { url } = redisOf(database)
  // Whoever asks within these milliseconds waits.
  await askRedis(url, ["client", "pause", "3000", "all"])
  return () => undefined
}

/** Somebody empties it, again and again. */
export const flushRedis: Begin = ({ database }) => {
  const { url } = redisOf(database)
  const flushing = setInterval(() => void askRedis(url, ["flushall"]).catch(() => undefined), 100)
  return () => clearInterval(flushing)
}

function redisOf({ redis }: Round["database"]): OwnServer {
  if (redis === null) throw new Error("This fault needs Redis.")
  return redis
}
