import { startOwnRedis } from "../../test/stores/own-redis.ts"
import type { Engine } from "./engine.ts"
import { startPostgres } from "./postgres.ts"

/** PostgreSQL, and beside it a Redis that sites find by `REDIS_URL`: for limits and for what was just asked of sessions. */
export async function startPostgresRedis(): Promise<Engine> {
  const postgres = await startPostgres()
  const redis = await startOwnRedis().catch(async (cause: unknown) => {
    await postgres.stop()
    throw new Error("Redis did not start: is redis-server installed?", { cause })
  })
  const endAtExit = () => void redis.kill()
  process.on("exit", endAtExit)
  return {
    ...postgres,
    name: "postgres+redis",
    environment: { REDIS_URL: redis.url },
    async stop() {
      process.off("exit", endAtExit)
      await redis.stop()
      await postgres.stop()
    },
  }
}
