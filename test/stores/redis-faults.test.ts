import { createClient } from "redis"
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { DAY, HOUR, MINUTE } from "../../src/core/clock.ts"
import type { SessionTokenHash } from "../../src/core/sessions/session-token.ts"
import type { Store } from "../../src/core/store.ts"
import { withRedis } from "../../src/redis.ts"
import { sqlite } from "../../src/sqlite.ts"
import { ask, askLimits, laptop, START, someLimit } from "../../src/testing/contract/steps/ask.ts"
import { signIn, tally } from "../../src/testing/contract/steps/redeem.ts"
import { type OwnRedis, startOwnRedis } from "./own-redis.ts"
import { openSite, type RedisSite } from "./redis-site.ts"

// A process looks once a second whether Redis is back.
const SOON = { timeout: 20_000, interval: 50 }

let redis: OwnRedis
beforeAll(async () => {
  redis = await startOwnRedis({ "enable-debug-command": "yes" })
})
afterAll(() => redis.stop())

describe.each(["redis", "ioredis"] as const)("with a client of %s", (kind) => {
  it("limits go to the database while Redis is gone, and to Redis again when it is back", async () => {
    const site = await open({ kind })
    const limit = someLimit("redeem_client", { max: 3, windowMs: HOUR })
    expect(await takeTen(site.store, limit)).toEqual({ admitted: 3, refused: 7 })
    await redis.kill()
    expect(await takeTen(site.store, limit)).toEqual({ admitted: 3, refused: 7 })
    expect(await takeTen(site.database, limit)).toEqual({ refused: 10 })
    await redis.restart()
    await isBack(site)
    // It came back with nothing.
    expect(await takeTen(site.store, limit)).toEqual({ admitted: 3, refused: 7 })
    expect(site.changes).toHaveLength(2)
  })

  it("a Redis that hangs costs its time-out once, signs nobody out and lifts no limit", async () => {
    const site = await open({ kind, timeout: 150 })
    const { tokenHash } = await signIn(site.store)
    const limit = someLimit("redeem_client", { max: 3, windowMs: HOUR })
    expect(await isSignedIn(site.store, tokenHash)).toBe(true)
    await redis.hang()
    onTestFinished(() => redis.goOn())
    const startedAt = performance.now()
    expect(await isSignedIn(site.store, tokenHash)).toBe(true)
    expect(performance.now() - startedAt).toBeGreaterThan(140)
    const awayAt = performance.now()
    for (let i = 0; i < 20; i++) expect(await isSignedIn(site.store, tokenHash)).toBe(true)
    expect(await takeTen(site.store, limit)).toEqual({ admitted: 3, refused: 7 })
    // Thirty time-outs would be four and a half seconds.
    expect(performance.now() - awayAt).toBeLessThan(2_000)
    expect(site.changes).toEqual([{ status: "away", reason: "timeout" }])
    redis.goOn()
    await isBack(site)
  })

  it("a process that was busy itself for longer than the time-out doesn't take Redis for away", async () => {
    const site = await open({ kind, timeout: 60 })
    const limit = someLimit("redeem_client", { max: 3, windowMs: HOUR })
    await takeTen(site.store, limit)
    for (let round = 0; round < 5; round++) {
      const taking = takeTen(site.store, limit)
      const busyUntil = performance.now() + 200
      while (performance.now() < busyUntil);
      expect(await taking).toEqual({ refused: 10 })
    }
    expect(site.changes).toEqual([])
  })

  it("a Redis that takes two seconds for an answer is away, and back when it is quick again", async () => {
    const site = await open({ kind, timeout: 150 })
    const { tokenHash } = await signIn(site.store)
    const sleeping = redis.admin.call("DEBUG", "SLEEP", "2")
    await expect.poll(() => askTwice(site.store, tokenHash), SOON).toBe(true)
    expect(site.changes[0]).toEqual({ status: "away", reason: "timeout" })
    await sleeping
    await isBack(site)
  })

  it("a replica that may only be read leaves limits to the database", async () => {
    const site = await open({ kind })
    const limit = someLimit("redeem_client", { max: 3, windowMs: HOUR })
    await redis.admin.replicaof("127.0.0.1", "1")
    onTestFinished(async () => void (await redis.admin.replicaof("NO", "ONE")))
    expect(await takeTen(site.store, limit)).toEqual({ admitted: 3, refused: 7 })
    expect(site.changes).toMatchObject([{ status: "away", reason: expect.stringMatching(/^(?:READONLY|ERR)$/) }])
    await redis.admin.replicaof("NO", "ONE")
    await isBack(site)
  })

  it("a Redis that is full and evicts nothing leaves limits to the database", async () => {
    const site = await open({ kind })
    const limit = someLimit("redeem_client", { max: 3, windowMs: HOUR })
    onTestFinished(async () => void (await redis.admin.config("SET", "maxmemory", "0")))
    await redis.admin.config("SET", "maxmemory", "1")
    expect(await takeTen(site.store, limit)).toEqual({ admitted: 3, refused: 7 })
    expect(site.changes).toMatchObject([{ status: "away", reason: expect.stringMatching(/^(?:OOM|ERR)$/) }])
    await redis.admin.config("SET", "maxmemory", "0")
    await isBack(site)
  })

  it("a Redis that is still loading is away until it has loaded", async () => {
    const site = await open({ kind, timeout: 150 })
    for (let i = 0; i < 200; i++) await redis.admin.set(`ballast-${i}`, "x".repeat(100))
    await redis.admin.save()
    // Ten milliseconds for each key.
    redis.configure({ "key-load-delay": "10000", "loading-process-events-interval-bytes": "1024" })
    await redis.kill()
    const loading = redis.restart()
    const { tokenHash } = await signIn(site.store)
    expect(await isSignedIn(site.store, tokenHash)).toBe(true)
    expect(site.changes[0]).toMatchObject({ status: "away" })
    await loading
    await isBack(site)
    await redis.admin.flushall("SYNC")
    await redis.admin.save()
  })

  it("FLUSHALL and SCRIPT FLUSH sign nobody out, and let a limit admit its maximum once more", async () => {
    const site = await open({ kind })
    const { tokenHash } = await signIn(site.store)
    const limit = someLimit("redeem_client", { max: 3, windowMs: HOUR })
    expect(await takeTen(site.store, limit)).toEqual({ admitted: 3, refused: 7 })
    await redis.admin.flushall()
    await redis.admin.script("FLUSH")
    expect(await isSignedIn(site.store, tokenHash)).toBe(true)
    expect(await takeTen(site.store, limit)).toEqual({ admitted: 3, refused: 7 })
    expect(site.changes).toEqual([])
  })

  it("a flood of keys that evicts ours signs nobody out, and brings nobody back", async () => {
    const site = await open({ kind })
    onTestFinished(async () => void (await redis.admin.config("SET", "maxmemory", "0")))
    const [stays, goes] = [await signIn(site.store), await signIn(site.store)]
    const { used_memory: used } = await memoryOf(redis)
    await redis.admin.config("SET", "maxmemory-policy", "allkeys-lru")
    await redis.admin.config("SET", "maxmemory", `${used + 3_000_000}`)
    const flood = async (round: number) => {
      for (let part = 0; part < 10; part++) {
        const keys = Array.from({ length: 500 }, (_, i) => [`flood-${round}-${part}-${i}`, "x".repeat(500)])
        await redis.admin.mset(...keys.flat())
      }
    }
    for (let round = 0; round < 10; round++) {
      const [isFlooded, stayed] = await Promise.all([flood(round), isSignedIn(site.store, stays.tokenHash)])
      expect([isFlooded, stayed], `round ${round}`).toEqual([undefined, true])
      if (round === 4) await revoke(site.store, goes)
      if (round >= 4) expect(await isSignedIn(site.store, goes.tokenHash), `round ${round}`).toBe(false)
    }
    expect((await memoryOf(redis)).evicted_keys).toBeGreaterThan(1_000)
    expect(site.changes).toEqual([])
    await redis.admin.flushall()
  })
})

describe("a client", () => {
  it("that was never connected leaves everything to the database, and says so once", async () => {
    const changes: unknown[] = []
    const store = withRedis(sqlite(":memory:"), createClient({ url: redis.url }), {
      onStateChange: (change) => void changes.push(change),
    })
    const limit = someLimit("redeem_client", { max: 3, windowMs: HOUR })
    expect(await takeTen(store, limit)).toEqual({ admitted: 3, refused: 7 })
    expect(changes).toEqual([{ status: "away", reason: "not_connected" }])
    await store.close()
  })

  it("that connects only just now is waited for", async () => {
    const changes: unknown[] = []
    const client = createClient({ url: redis.url })
    const store = withRedis(sqlite(":memory:"), client, {
      timeout: 500,
      onStateChange: (change) => void changes.push(change),
    })
    const connecting = client.connect()
    const limit = someLimit("redeem_client", { max: 3, windowMs: HOUR })
    expect(await takeTen(store, limit)).toEqual({ admitted: 3, refused: 7 })
    await connecting
    expect(changes).toEqual([])
    await store.close()
    client.destroy()
  })

  it("whose errors nobody hears doesn't end the process when Redis does", async () => {
    const site = await open({ kind: "redis" })
    await redis.restart()
    expect((await ask(site.store)).outcome.status).toBe("opened")
    await expect.poll(() => redis.admin.ping(), SOON).toBe("PONG")
  })
})

it("a hook that throws changes nothing", async () => {
  const site = await open({
    onStateChange: () => {
      throw new Error("a hook of the application's")
    },
  })
  const warned = new Promise((resolve) => void process.once("warning", resolve))
  await redis.hang()
  onTestFinished(() => redis.goOn())
  expect((await ask(site.store, { limits: askLimits() })).outcome.status).toBe("opened")
  expect(String(await warned)).toContain("a hook of the application's")
})

async function open(options: Parameters<typeof openSite>[1]): Promise<RedisSite> {
  const site = await openSite(redis.url, options)
  onTestFinished(() => site.close())
  return site
}

async function isBack(site: RedisSite): Promise<void> {
  await expect.poll(() => site.changes.at(-1), SOON).toEqual({ status: "back" })
}

async function takeTen(store: Store, limit: Parameters<Store["limits"]["take"]>[0]["limit"]) {
  const take = () => store.limits.take({ limit, address: null, client: laptop, at: START })
  return tally(await Promise.all(Array.from({ length: 10 }, take)))
}

async function isSignedIn(store: Store, tokenHash: SessionTokenHash): Promise<boolean> {
  const check = { tokenHash, at: START + 5 * MINUTE, idleTtl: HOUR, touchEvery: DAY }
  return (await store.sessions.check(check)) !== null
}

/** True once two looks in a row were quick enough: Redis wasn't asked any more. */
async function askTwice(store: Store, tokenHash: SessionTokenHash): Promise<boolean> {
  const startedAt = performance.now()
  expect(await isSignedIn(store, tokenHash)).toBe(true)
  expect(await isSignedIn(store, tokenHash)).toBe(true)
  return performance.now() - startedAt < 100
}

async function revoke(store: Store, { user, session }: Awaited<ReturnType<typeof signIn>>): Promise<void> {
  const at = START + 5 * MINUTE
  await store.sessions.revoke({ userId: user.id, sessionId: session.id, reason: "signed_out", client: laptop, at })
}

async function memoryOf({ admin }: OwnRedis) {
  const info = await admin.info()
  const read = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1])
  return { used_memory: read("used_memory"), evicted_keys: read("evicted_keys") }
}
