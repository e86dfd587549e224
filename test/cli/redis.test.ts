import { describe, expect, it, onTestFinished, vi } from "vitest"
import { askRedis } from "../../scripts/services/ask-redis.ts"
import { type OwnRedisOptions, startOwnRedis } from "../../scripts/services/own-redis.ts"
import { createTestDatabase } from "../../scripts/services/test-database.ts"
import { postgresUrl } from "../postgres.ts"
import { createRedisRoom } from "../redis.ts"
import { finishJson, run } from "./run-command.ts"

vi.setConfig({ testTimeout: 60_000 })

async function ownPostgres(): Promise<string> {
  const database = await createTestDatabase(postgresUrl())
  onTestFinished(() => database.drop())
  return database.ownerUrl
}

async function ownRedis(settings?: OwnRedisOptions["settings"]) {
  const server = await startOwnRedis(settings === undefined ? {} : { settings })
  onTestFinished(() => server.stop())
  return server
}

describe("linklatch doctor with Redis", () => {
  async function examine(redisUrl: string) {
    const env = { DATABASE_URL: await ownPostgres(), REDIS_URL: redisUrl }
    const { code, told, everything } = await finishJson("doctor --dev", { env })
    const { password } = new URL(redisUrl)
    if (password !== "") expect(everything).not.toContain(password)
    return { code, redis: told.checks.find(({ name }: { name: string }) => name === "redis") }
  }

  it("is content with one that forgets nothing", async () => {
    expect(await examine(createRedisRoom().url)).toMatchObject({
      code: 0,
      redis: { status: "ok", says: expect.stringMatching(/^127\.0\.0\.1:\d+ answers: (Redis|Valkey) \d/) },
    })
  })

  it("warns of one that forgets limits when it is full", async () => {
    const { url, port } = await ownRedis({ maxmemory: "8mb", "maxmemory-policy": "allkeys-lru" })
    const { code, redis } = await examine(url)
    expect(code).toBe(0)
    expect(redis.status).toBe("warning")
    expect(redis.says).toContain(`127.0.0.1:${port} answers: `)
    expect(redis.says).toContain("(maxmemory-policy allkeys-lru). Set maxmemory-policy to noeviction.")
  })

  it("fails where it isn't there, doesn't let us in, or is a replica", async () => {
    expect(await examine("redis://:hunter2hunter2@127.0.0.1:1")).toMatchObject({
      code: 1,
      redis: {
        status: "failed",
        says: expect.stringMatching(/^Redis at 127\.0\.0\.1:1 can't be used: .*ECONNREFUSED/),
      },
    })
    const { url } = await ownRedis()
    const wrong = Object.assign(new URL(url), { password: "hunter2hunter2" }).href
    expect(await examine(wrong)).toMatchObject({
      code: 1,
      redis: { status: "failed", says: expect.stringContaining("WRONGPASS") },
    })
    const replica = await ownRedis({ replicaof: "127.0.0.1 1" })
    expect(await examine(replica.url)).toMatchObject({
      code: 1,
      redis: { status: "failed", says: expect.stringContaining("is a replica, and takes no writes") },
    })
  })
})

describe("linklatch serve with Redis", () => {
  it("takes limits there, says when it is away and back, and goes on meanwhile", async () => {
    const redis = await ownRedis()
    const env = {
      NODE_ENV: "development",
      HOST: "127.0.0.1",
      PORT: "0",
      DATABASE_URL: await ownPostgres(),
      REDIS_URL: redis.url,
    }
    const server = run("serve", { env: { ...env, LIMIT_ASK_CLIENT: "50/15m", LIMIT_ASK_ADDRESS: "50/1h" } })
    await expect.poll(server.out, { timeout: 20_000 }).toContain('"event":"listening"')
    const { baseUrl } = JSON.parse(
      server
        .out()
        .split("\n")
        .find((line) => line.includes('"listening"')) ?? "{}",
    )
    const ask = async () => {
      const headers = { Origin: baseUrl, "Content-Type": "application/json" }
      const body = JSON.stringify({ email: "ada@example.com" })
      return (await fetch(`${baseUrl}/auth/api/sign-in`, { method: "POST", headers, body })).status
    }
    expect(await ask()).toBe(202)
    expect(await askRedis(redis.url, ["keys", "*"])).toContain("linklatch")
    await redis.kill()
    expect(await ask()).toBe(202)
    await expect.poll(server.out, { timeout: 20_000 }).toContain('"event":"redis_away"')
    await redis.restart()
    await expect.poll(server.out, { timeout: 20_000 }).toContain('"event":"redis_back"')
    expect(await ask()).toBe(202)
    server.child.kill("SIGTERM")
    expect(await server.ended).toBe(0)
    expect(server.out() + server.err()).not.toContain(new URL(redis.url).password)
  })

  it("doesn't start without the client that Redis needs, and says what to type", async () => {
    const hide = `
      import { registerHooks } from "node:module"
      registerHooks({ resolve(name, context, next) {
        if (name === "ioredis") throw Object.assign(new Error("not here"), { code: "ERR_MODULE_NOT_FOUND" })
        return next(name, context)
      } })`
    const env = { NODE_ENV: "development", HOST: "127.0.0.1", PORT: "0", DATABASE_URL: await ownPostgres() }
    const nodeOptions = ["--import", `data:text/javascript,${encodeURIComponent(hide)}`]
    const server = run("serve", { env: { ...env, REDIS_URL: "redis://:hunter2hunter2@127.0.0.1:1" }, nodeOptions })
    expect(await server.ended).toBe(78)
    expect(server.out()).toContain("the client that it needs isn't installed. Run: npm install ioredis")
    expect(server.out() + server.err()).not.toContain("hunter2")
  })
})
