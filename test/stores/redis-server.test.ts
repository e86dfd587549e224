import { afterAll, beforeAll, expect, it } from "vitest"
import { openServerStore } from "../../src/server/open-server-store.ts"
import type { ServerConfig } from "../../src/server/server-config.ts"
import { ask } from "../../src/testing/contract/steps/ask.ts"
import { type OwnRedis, startOwnRedis } from "./own-redis.ts"
import { SECRET } from "./redis-site.ts"

const SOON = { timeout: 20_000, interval: 20 }

let redis: OwnRedis
beforeAll(async () => {
  redis = await startOwnRedis()
})
afterAll(() => redis.stop())

it("the server's store shares limits in Redis, logs when it goes and comes back, and hangs up when it is closed", async () => {
  const lines: unknown[] = []
  const write = (level: string) => (event: string, fields?: object) => void lines.push({ level, event, ...fields })
  const log = { info: write("info"), warn: write("warn"), error: write("error") }
  const config = {
    database: { engine: "sqlite", path: ":memory:" },
    redis: { url: redis.url },
    options: { secret: SECRET },
  }
  const store = await openServerStore(config as ServerConfig, log)
  await ask(store)
  expect(await redis.admin.keys("{linklatch}:limit:*")).toHaveLength(2)
  await redis.kill()
  expect((await ask(store)).outcome.status).toBe("opened")
  expect(lines).toEqual([{ level: "warn", event: "redis_away", reason: expect.stringMatching(/^\w+$/) }])
  await redis.restart()
  await expect.poll(() => lines.at(-1), SOON).toEqual({ level: "info", event: "redis_back" })
  expect(await redis.admin.client("LIST")).toContain("name=linklatch")
  await store.close()
  await expect.poll(() => redis.admin.client("LIST"), SOON).not.toContain("name=linklatch")
  expect(JSON.stringify(lines)).not.toContain(new URL(redis.url).password)
})
