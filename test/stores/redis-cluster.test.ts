import { once } from "node:events"
import { Cluster, Redis } from "ioredis"
import { createClient, createCluster, createSentinel } from "redis"
import { afterAll, beforeAll, expect, it } from "vitest"
import { HOUR, MINUTE } from "../../src/core/clock.ts"
import { LinklatchError } from "../../src/core/fault.ts"
import { type RedisClient, withRedis } from "../../src/redis.ts"
import { sqlite } from "../../src/sqlite.ts"
import { ask, askLimits, laptop, START, someLimit } from "../../src/testing/contract/steps/ask.ts"
import { signIn } from "../../src/testing/contract/steps/redeem.ts"
import { type OwnRedis, startOwnRedis } from "./own-redis.ts"
import { connect, SECRET } from "./redis-site.ts"

const SOON = { timeout: 10_000, interval: 20 }

// One node that holds every slot: it refuses a script whose keys are of several, as any node of a cluster does.
let redis: OwnRedis
beforeAll(async () => {
  redis = await startOwnRedis({ "cluster-enabled": "yes", "cluster-announce-ip": "127.0.0.1" })
  await redis.admin.cluster("ADDSLOTSRANGE", 0, 16_383)
})
afterAll(() => redis.stop())

it("the node serves its slots, and refuses keys of several", async () => {
  await expect.poll(() => redis.admin.cluster("INFO"), SOON).toContain("cluster_state:ok")
  await expect(redis.admin.mset("one", "1", "other", "2")).rejects.toThrow("CROSSSLOT")
})

const clients = {
  "a Cluster of ioredis": async () => {
    const client = new Cluster([redis.url], { redisOptions: { password: new URL(redis.url).password } })
    // It asks for the slots first, which may take longer than a decision waits.
    await once(client, "ready")
    return { client, disconnect: () => client.disconnect() }
  },
  "a Redis of ioredis with a prefix of its own": async () => {
    const client = new Redis(redis.url, { keyPrefix: "application:" })
    return { client, disconnect: () => client.disconnect() }
  },
  "a client of redis": () => connect(redis.url, "redis"),
}

it.each(Object.entries(clients))("every decision keeps to one slot with %s", async (_name, open) => {
  const { client, disconnect } = await open()
  const changes: unknown[] = []
  const store = withRedis(sqlite(":memory:"), client, {
    secret: SECRET,
    timeout: 500,
    onStateChange: (change) => void changes.push(change),
  })
  const limits = { ...askLimits(), knownBrowser: someLimit("ask_browser", { max: 1, windowMs: HOUR }) }
  for (let i = 0; i < 3; i++) expect((await ask(store, { limits })).outcome.status).toBe("opened")
  const [one, other] = [await signIn(store), await signIn(store)]
  const at = START + 5 * MINUTE
  const check = { at, idleTtl: HOUR, touchEvery: HOUR }
  for (let i = 0; i < 3; i++)
    for (const { tokenHash } of [one, other]) expect(await store.sessions.check({ ...check, tokenHash })).not.toBe(null)
  const revoke = { userId: one.user.id, sessionId: "all", reason: "signed_out", client: laptop, at } as const
  expect(await store.sessions.revoke(revoke)).toBe(2)
  for (const { tokenHash } of [one, other]) expect(await store.sessions.check({ ...check, tokenHash })).toBe(null)
  await store.close()
  disconnect()
  expect(changes).toEqual([])
})

it.each([
  ["createCluster", () => createCluster({ rootNodes: [{ url: redis.url }] })],
  [
    "createSentinel",
    () => createSentinel({ name: "main", sentinelRootNodes: [{ host: "127.0.0.1", port: redis.port }] }),
  ],
  ["nothing at all", () => ({})],
])("what came from %s is refused, with a cure", (_name, create) => {
  const problem = refusalOf(() => withRedis(sqlite(":memory:"), create() as unknown as RedisClient))
  expect(problem).toMatchObject({ code: "invalid_configuration", message: expect.stringContaining("createClient()") })
})

it("options are refused together, each with a cure", () => {
  const options = { prefix: "{mine}", timeout: 5, secret: "hunter2" }
  const problem = refusalOf(() => withRedis(sqlite(":memory:"), createClient(), options))
  expect(problem.faults.map(({ setting }) => setting)).toEqual(["prefix", "timeout", "secret"])
  expect(problem.message).not.toContain("hunter2")
})

function refusalOf(create: () => unknown): LinklatchError {
  try {
    create()
  } catch (error) {
    if (error instanceof LinklatchError) return error
  }
  throw new Error("nothing was refused")
}
