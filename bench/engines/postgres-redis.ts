import { ensureProgram, programs } from "../../scripts/ensure-program.ts"
import { startOwnRedis } from "../../scripts/services/own-redis.ts"
import type { Engine } from "./engine.ts"
import { startPostgres } from "./postgres.ts"

/** PostgreSQL, and beside it a Redis that sites find by `REDIS_URL`: for limits and for what was just asked of sessions. */
export async function startPostgresRedis(): Promise<Engine> {
  await ensureProgram(programs.redis)
  const postgres = await startPostgres()
  const redis = await startOwnRedis().catch(async (cause: unknown) => {
    await postgres.stop()
    throw cause
  })
  return {
    ...postgres,
    name: "postgres+redis",
    environment: { REDIS_URL: redis.url },
    async stop() {
      await redis.stop()
      await postgres.stop()
    },
  }
}
