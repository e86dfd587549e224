import type { Store } from "../../core/store.ts"
import { createScrub } from "../../server/scrub.ts"
import { redisSecretsOf } from "../../server/server-config.ts"
import type { CommandContext } from "../command-context.ts"
import { explainFailure } from "../store-failure.ts"
import type { OpenedStore } from "../with-store.ts"

/** The store with Redis before it, where there is one: limits are kept there under a hash of the address. */
export async function withLimitsInRedis<Result>(
  context: CommandContext,
  { store, settings, environment: { redis } }: OpenedStore,
  act: (store: Store) => Promise<Result>,
): Promise<Result> {
  if (redis === null) return act(store)
  const { withRedis } = await import("../../redis.ts")
  const { withRedisClient } = await import("../../server/with-redis-client.ts")
  let isThere = false
  try {
    return await withRedisClient(redis.url, (client) => {
      isThere = true
      return act(withRedis(store, client, { secret: settings.secrets }))
    })
  } catch (error) {
    if (isThere) throw error
    const reason = createScrub(redisSecretsOf(redis))(explainFailure(error))
    const rest = "What it holds of this person, hashes of the address that count limits, goes by itself within hours."
    if (!context.isJson) context.printError(`Redis can't be reached (${reason}). ${rest}`)
    return act(store)
  }
}
