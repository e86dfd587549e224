import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest"
import { ensureService } from "../../scripts/ensure-services.ts"
import { askPostgres } from "../../scripts/services/ask-postgres.ts"
import { askRedis } from "../../scripts/services/ask-redis.ts"
import { findPostgres } from "../../scripts/services/find-postgres.ts"
import { findRedis } from "../../scripts/services/find-redis.ts"
import type { OwnServer } from "../../scripts/services/keep-server.ts"
import { startOwnPostgres } from "../../scripts/services/own-postgres.ts"
import { startOwnRedis } from "../../scripts/services/own-redis.ts"
import { dropOldTestDatabases } from "../../scripts/services/test-database.ts"
import { createPostgresDatabase } from "../postgres.ts"
import { createRedisRoom } from "../redis.ts"

// Servers start when a busy machine lets them.
vi.setConfig({ testTimeout: 60_000 })

/** Somebody's servers, as far as the tests below can tell. */
let theirPostgres: OwnServer
let theirRedis: OwnServer
beforeAll(async () => {
  theirPostgres = await startOwnPostgres()
  theirRedis = await startOwnRedis()
}, 60_000)
afterEach(() => void vi.unstubAllEnvs())
afterAll(async () => {
  await theirPostgres?.stop()
  await theirRedis?.stop()
})

const DATABASES_AND_ROLES =
  "select datname as name from pg_database union select rolname from pg_roles where rolname !~ '^pg_' order by 1"

const namesOn = async (server: OwnServer) =>
  (await askPostgres(server.url, DATABASES_AND_ROLES)).map(({ name }) => String(name))

describe("a PostgreSQL on the usual port", () => {
  it("isn't used where it asks for a password", async () => {
    expect(await findPostgres(theirPostgres.port)).toBeNull()
  })

  it("is used where it lets us in, and keeps nothing of ours", async () => {
    const trusting = await startOwnPostgres()
    onTestFinished(() => trusting.stop())
    writeFileSync(join(trusting.folder, "data", "pg_hba.conf"), "host all all 127.0.0.1/32 trust\n")
    await trusting.restart()
    const before = await namesOn(trusting)
    expect(await findPostgres(trusting.port)).toBe(`postgres://postgres@127.0.0.1:${trusting.port}/postgres`)
    expect(await namesOn(trusting)).toEqual(before)
  })
})

describe("a Redis on the usual port", () => {
  it("isn't used where it asks for a password, or takes no writes", async () => {
    expect(await findRedis(theirRedis.port)).toBeNull()
    const replica = await startOwnRedis({ settings: { replicaof: "127.0.0.1 1", requirepass: '""' } })
    onTestFinished(() => replica.stop())
    expect(await findRedis(replica.port)).toBeNull()
  })

  it("is used where it lets us in, and keeps nothing of ours", async () => {
    const open = await startOwnRedis({ settings: { requirepass: '""' } })
    onTestFinished(() => open.stop())
    expect(await findRedis(open.port)).toBe(`redis://127.0.0.1:${open.port}`)
    expect(await askRedis(`redis://127.0.0.1:${open.port}`, ["dbsize"])).toContain(":0")
  })
})

describe("a server that a variable names", () => {
  it("is used, and still there afterwards", async () => {
    vi.stubEnv("TEST_DATABASE_URL", theirPostgres.url)
    vi.stubEnv("TEST_REDIS_URL", theirRedis.url)
    const services = [await ensureService("TEST_DATABASE_URL"), await ensureService("TEST_REDIS_URL")]
    expect(services.map(({ says }) => says)).toEqual([
      `PostgreSQL at 127.0.0.1:${theirPostgres.port}, named by TEST_DATABASE_URL`,
      `Redis or Valkey at 127.0.0.1:${theirRedis.port}, named by TEST_REDIS_URL`,
    ])
    for (const service of services) await service.stop()
    expect(await askPostgres(theirPostgres.url, "select 1 as one")).toEqual([{ one: 1 }])
    expect(await askRedis(theirRedis.url, ["ping"])).toContain("+PONG")
  })

  it("is refused with the reason and the cure, and without its password, where tests can't use it", async () => {
    await askPostgres(theirPostgres.url, "create role weak login password 'hunter2hunter2'")
    onTestFinished(async () => void (await askPostgres(theirPostgres.url, "drop role weak")))
    vi.stubEnv("TEST_DATABASE_URL", `postgres://weak:hunter2hunter2@127.0.0.1:${theirPostgres.port}/postgres`)
    await expect(ensureService("TEST_DATABASE_URL")).rejects.toThrow(
      /^The tests can't use the PostgreSQL that TEST_DATABASE_URL names: this role may not make databases and roles \(createdb createrole\)\. Set TEST_DATABASE_URL to a server where tests may make what they need, or leave it out\.$/,
    )
    vi.stubEnv("TEST_REDIS_URL", `redis://:hunter2hunter2@127.0.0.1:${theirRedis.port}`)
    const fault = await ensureService("TEST_REDIS_URL").catch((error: Error) => error.message)
    expect(fault).toMatch(/^The tests can't use the Redis or Valkey that TEST_REDIS_URL names: WRONGPASS/)
    expect(fault).not.toContain("hunter2")
  })
})

describe("a test on its own", () => {
  it("fails with the cure where nobody names a server, and isn't skipped", async () => {
    vi.stubEnv("TEST_DATABASE_URL", "")
    vi.stubEnv("TEST_REDIS_URL", "")
    await expect(createPostgresDatabase()).rejects.toThrow(
      "There is no PostgreSQL for this test. Run it as `npm test -- WORD`, or set TEST_DATABASE_URL.",
    )
    expect(createRedisRoom).toThrow(
      "There is no Redis for this test. Run it as `npm test -- WORD`, or set TEST_REDIS_URL.",
    )
  })

  it("has a schema and two roles to itself, of which one may only do what it is granted", async () => {
    const { ownerUrl, appUrl, appRole, schema, drop } = await createPostgresDatabase()
    await askPostgres(ownerUrl, `create schema ${schema}`)
    await askPostgres(ownerUrl, `create table ${schema}.kept as select 1 as n`)
    await expect(askPostgres(appUrl, `select n from ${schema}.kept`)).rejects.toThrow(/permission denied/)
    await expect(askPostgres(appUrl, "create schema mine")).rejects.toThrow(/permission denied/)
    await askPostgres(ownerUrl, `grant usage on schema ${schema} to ${appRole}`)
    await askPostgres(ownerUrl, `grant select on ${schema}.kept to ${appRole}`)
    expect(await askPostgres(appUrl, `select n from ${schema}.kept`)).toEqual([{ n: 1 }])
    const [superusers] = await askPostgres(
      ownerUrl,
      "select bool_or(rolsuper) as any from pg_roles where rolname = $1",
      [new URL(ownerUrl).username],
    )
    expect(superusers).toEqual({ any: false })
    await drop()
    await expect(askPostgres(ownerUrl, `select n from ${schema}.kept`)).rejects.toThrow(/does not exist/)
    expect((await createPostgresDatabase()).schema).not.toBe(schema)
  })

  it("has keys of its own, and takes no others away", async () => {
    const [room, neighbour] = [createRedisRoom(), createRedisRoom()]
    const write = (prefix: string) => Array.from({ length: 30 }, (_, n) => ["set", `${prefix}${n}`, "1"])
    await askRedis(room.url, ...write(room.prefix), ...write(neighbour.prefix))
    const count = async (prefix: string) =>
      (await askRedis(room.url, ["eval", `return #redis.call('keys', '${prefix}*')`, "0"])).split("\r\n").at(-3)
    expect([await count(room.prefix), await count(neighbour.prefix)]).toEqual([":30", ":30"])
    await room.drop()
    expect([await count(room.prefix), await count(neighbour.prefix)]).toEqual([":0", ":30"])
  })
})

describe("what a killed run left on a server", () => {
  it("goes a day later, and nothing that only looks like it", async () => {
    const [old, young] = [Date.now() - 2 * 86_400_000, Date.now()].map((at) => `linklatch_test_${at}_00c0ffee`)
    const others = ["linklatch_test_1", `${old}_mine`, "linklatch", String(young)]
    for (const name of [String(old), ...others]) await askPostgres(theirPostgres.url, `create database ${name}`)
    await askPostgres(theirPostgres.url, `create role ${old}_owner`)
    await askPostgres(theirPostgres.url, `create role ${young}_app`)
    await dropOldTestDatabases(theirPostgres.url)
    const left = (await namesOn(theirPostgres)).filter((name) => name.startsWith("linklatch"))
    expect(left).toEqual([...others, `${young}_app`].sort())
  })
})
