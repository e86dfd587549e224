import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { DatabaseSync } from "node:sqlite"
import type { Redis } from "ioredis"
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { HOUR, MINUTE } from "../../src/core/clock.ts"
import type { LimitTake } from "../../src/core/limits/limit.ts"
import type { Store } from "../../src/core/store.ts"
import { ask, askLimits, laptop, START, someLimit } from "../../src/testing/contract/steps/ask.ts"
import { mailTo } from "../../src/testing/contract/steps/deliver.ts"
import { eventsOf } from "../../src/testing/contract/steps/events.ts"
import { redeemLink, tally } from "../../src/testing/contract/steps/redeem.ts"
import { type OwnRedis, startOwnRedis } from "./own-redis.ts"
import { openSite, type RedisSite } from "./redis-site.ts"

const SOON = { timeout: 10_000, interval: 20 }

let redis: OwnRedis
beforeAll(async () => {
  redis = await startOwnRedis()
})
afterAll(() => redis.stop())

it("500 takes by four processes at once admit exactly the limit, and report one refusal (P8)", async () => {
  const site = await open()
  const racers = await Promise.all(
    (["redis", "ioredis", "redis", "ioredis"] as const).map((kind) => startRacer(site.path, kind)),
  )
  for (let round = 0; round < 10; round++) {
    const limit = someLimit("redeem_client", { max: 17, windowMs: MINUTE })
    const races = racers.map((racer) => race(racer, { limit, at: START, count: 125 }))
    expect(tally((await Promise.all(races)).flat()), `round ${round}`).toEqual({ admitted: 17, refused: 483 })
  }
  expect(await reportsIn(site.database)).toHaveLength(10)
  await Promise.all(racers.map(stopRacer))
}, 60_000)

it("the database counts nothing while Redis does", async () => {
  const site = await open()
  await ask(site.store)
  await site.store.limits.take({ limit: redeemLimit(), address: null, client: laptop, at: START })
  expect(limitRowsIn(site)).toBe(0)
})

it("every key expires, and none holds an address", async () => {
  const site = await open({ prefix: "expiry" })
  const limits = askLimits({ address: someLimit("ask_address", { max: 1, windowMs: HOUR }) })
  for (let i = 0; i < 3; i++) await ask(site.store, { limits })
  const keys = await keysLike(redis, "{expiry}:*")
  // The hits of two limits, and the mark of one report.
  expect(keys).toHaveLength(3)
  for (const key of keys) {
    expect(key).toMatch(/^\{expiry\}:(?:limit|report):[\w-]{43}$/)
    const life = await redis.admin.pttl(key)
    expect(life, key).toBeGreaterThan(0)
    expect(life, key).toBeLessThanOrEqual(2 * HOUR + MINUTE)
  }
})

describe("a decision that fails in the database", () => {
  it("spends nobody's allowance", async () => {
    const site = await open()
    const limits = {
      knownBrowser: null,
      client: someLimit("ask_client", { max: 2, windowMs: HOUR }),
      address: someLimit("ask_address", { max: 1, windowMs: HOUR }),
    }
    const heal = breakTable(site, "outbox")
    for (let i = 0; i < 5; i++) await expect(ask(site.store, { limits })).rejects.toThrow()
    heal()
    const { outcome, request } = await ask(site.store, { limits })
    expect(outcome).toMatchObject({ status: "opened", quota: { remaining: 1 } })
    const leaseUntil = START + MINUTE
    const claim = { leaseId: "look", leaseUntil, max: 9, at: START, latestDeadline: START + HOUR }
    expect(await site.store.outbox.claim(claim)).toMatchObject([{ outboxId: request.outboxId, isOverLimit: false }])
  })

  it("leaves the report of an address's limit to the next one (P5)", async () => {
    const site = await open()
    const limits = askLimits({ address: someLimit("ask_address", { max: 1, windowMs: HOUR }) })
    await ask(site.store, { limits })
    const heal = breakTable(site, "outbox")
    await expect(ask(site.store, { limits })).rejects.toThrow()
    heal()
    for (let i = 0; i < 3; i++) await ask(site.store, { limits })
    expect(await reportsIn(site.database)).toHaveLength(1)
  })

  it("leaves a press its try, and the link alive", async () => {
    const site = await open()
    const mail = await mailTo(site.store)
    const limit = redeemLimit()
    const heal = breakTable(site, "sessions")
    await expect(redeemLink(site.store, mail, { limit })).rejects.toThrow()
    heal()
    expect((await redeemLink(site.store, mail, { limit })).status).toBe("redeemed")
  })
})

describe("a refusal whose event can't be written (P5)", () => {
  it("stands, says that nobody wrote it down, and leaves the report to the next", async () => {
    const site = await open()
    const limits = askLimits({ client: someLimit("ask_client", { max: 1, windowMs: HOUR }) })
    await ask(site.store, { limits })
    const heal = breakTable(site, "auth_events")
    for (let i = 0; i < 2; i++)
      expect((await ask(site.store, { limits })).outcome).toMatchObject({ status: "rate_limited", isReported: false })
    heal()
    const outcomes = [await ask(site.store, { limits }), await ask(site.store, { limits })]
    expect(outcomes.map(({ outcome }) => outcome)).toMatchObject([{ isReported: true }, { isReported: false }])
    expect(await reportsIn(site.database)).toMatchObject([
      { detail: { limit: "ask_client", count: 1 }, person: { address: "ada@example.com", ...laptop } },
    ])
  })

  it("is reported by another process after the one that was to do it died", async () => {
    const neverWrites = (inner: Store): Store => ({
      ...inner,
      audit: { ...inner.audit, append: () => new Promise<never>(() => undefined) },
    })
    const [dying, other] = [await open({ prefix: "dies" }, neverWrites), await open({ prefix: "dies" })]
    const limit = redeemLimit()
    const take = ({ store }: RedisSite) => store.limits.take({ limit, address: null, client: laptop, at: START })
    const mark = `{dies}:report:${limit.key}`
    await take(dying)
    void take(dying)
    await expect.poll(() => redis.admin.pttl(mark), SOON).toBeGreaterThan(0)
    expect(await redis.admin.pttl(mark)).toBeLessThanOrEqual(5_000)
    await take(other)
    expect(await reportsIn(other.database)).toEqual([])
    await redis.admin.pexpire(mark, 1)
    const isReported = async () => (await take(other)) && (await reportsIn(other.database)).length
    await expect.poll(isReported, SOON).toBe(1)
    // Once it is written, the mark stays for the window.
    expect(await redis.admin.pttl(mark)).toBeGreaterThan(HOUR - MINUTE)
  })
})

it("an answer that comes after the database has decided spends nothing in Redis", async () => {
  const site = await open({ timeout: 20, prefix: "late" })
  const other = await open({ prefix: "late" })
  const limit = redeemLimit()
  const take = ({ store }: RedisSite, what = limit) =>
    store.limits.take({ limit: what, address: null, client: laptop, at: START })
  // The script is known from here on, so that the next question is the whole decision.
  await take(site, redeemLimit())
  await redis.hang()
  expect((await take(site)).status).toBe("admitted")
  redis.goOn()
  // Behind the answer, and behind what that one led to: a connection keeps its order.
  for (let i = 0; i < 2; i++) await (site.client as Redis).ping()
  expect(await redis.admin.zcard(`{late}:limit:${limit.key}`)).toBe(0)
  expect(await take(other)).toMatchObject({ status: "admitted", quota: { remaining: 0 } })
})

async function open(options: Parameters<typeof openSite>[1] = {}, wrap?: (store: Store) => Store): Promise<RedisSite> {
  const site = await openSite(redis.url, options, wrap)
  onTestFinished(() => site.close())
  return site
}

function redeemLimit(): LimitTake {
  return someLimit("redeem_client", { max: 1, windowMs: HOUR })
}

async function reportsIn(store: Store) {
  return (await eventsOf(store)).filter(({ type }) => type === "rate_limited")
}

function limitRowsIn({ path }: RedisSite): number {
  const database = new DatabaseSync(path)
  const row = database.prepare("select count(*) as rows from rate_limits").get()
  database.close()
  return Number(row?.["rows"])
}

/** Takes a table away. Returns what gives it back. */
function breakTable({ path }: RedisSite, table: string): () => void {
  const rename = (from: string, to: string) => {
    const database = new DatabaseSync(path)
    database.exec(`pragma legacy_alter_table = on; alter table ${from} rename to ${to}`)
    database.close()
  }
  rename(table, "taken_away")
  return () => rename("taken_away", table)
}

async function keysLike({ admin }: OwnRedis, pattern: string): Promise<readonly string[]> {
  return admin.keys(pattern)
}

interface Race {
  readonly limit: LimitTake
  readonly at: number
  readonly count: number
}

async function startRacer(path: string, kind: string): Promise<ChildProcess> {
  const racer = fork(new URL("./redis-racer.ts", import.meta.url), [path, redis.url, kind, "500"], { execArgv: [] })
  expect((await once(racer, "message"))[0]).toBe("ready")
  return racer
}

async function race(racer: ChildProcess, what: Race): Promise<readonly { readonly status: string }[]> {
  const finish = once(racer, "message")
  racer.send(what)
  return (await finish)[0]
}

async function stopRacer(racer: ChildProcess): Promise<void> {
  const exit = once(racer, "exit")
  racer.disconnect()
  expect(await exit).toEqual([0, null])
}
