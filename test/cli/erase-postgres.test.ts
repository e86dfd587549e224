import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { askPostgres, withPostgres } from "../../scripts/services/ask-postgres.ts"
import { askRedis } from "../../scripts/services/ask-redis.ts"
import { startOwnPostgres } from "../../scripts/services/own-postgres.ts"
import { startOwnRedis } from "../../scripts/services/own-redis.ts"
import { createTestDatabase } from "../../scripts/services/test-database.ts"
import { limitKey } from "../../src/core/limits/limit.ts"
import { postgres } from "../../src/postgres.ts"
import { addressOf } from "../../src/testing/contract/steps/ask.ts"
import { signIn } from "../../src/testing/contract/steps/redeem.ts"
import { postgresUrl } from "../postgres.ts"
import { finish, finishJson, ownFolder } from "./run-command.ts"

vi.setConfig({ testTimeout: 60_000 })

const SECRET = "a-secret-for-tests-that-is-long-enough"
const WHO = addressOf("edith.unmistakable@example.com")
const AGENT = "Mozilla/5.0 (Unmistakable; rv:17) Gecko Firefox/17"
const IP = "2001:db8:ed17:4::"

async function people(url: string): Promise<void> {
  const store = postgres(url)
  await store.migrate()
  for (let i = 0; i < 8; i++) await signIn(store, { address: addressOf(`before${i}@example.com`) })
  await signIn(store, { address: WHO, client: { ip: IP, userAgent: AGENT } })
  for (let i = 0; i < 8; i++) await signIn(store, { address: addressOf(`after${i}@example.com`) })
  await store.close()
}

async function ownDatabase(server = postgresUrl()) {
  const database = await createTestDatabase(server)
  onTestFinished(() => database.drop())
  await people(database.ownerUrl)
  return database
}

const settings = (url: string, more: Record<string, string> = {}) => ({
  env: { DATABASE_URL: url, LINKLATCH_SECRET: SECRET, ERASURE_JOURNAL: join(ownFolder(), "erasures"), ...more },
})

describe("linklatch users erase on PostgreSQL", () => {
  it("leaves nothing of the person in the files of the tables, their indexes and statistics (AUD-9)", async () => {
    const server = await startOwnPostgres()
    onTestFinished(() => server.stop())
    await people(server.url)
    await askPostgres(server.url, "analyze")
    await askPostgres(server.url, "checkpoint")
    const traces = [WHO, "Edith Unmistakable", AGENT, IP]
    expect(foundIn(server.folder, traces)).toEqual(traces)
    const { told, code } = await finishJson(`users erase ${WHO} --yes`, settings(server.url))
    expect({ told, code }).toMatchObject({
      code: 0,
      told: { status: "erased", requests: 1, files: { status: "clean", rewritten: true } },
    })
    await askPostgres(server.url, "checkpoint")
    expect(foundIn(server.folder, traces)).toEqual([])
    expect((await askPostgres(server.url, "select count(*)::int as n from linklatch.users"))[0]?.["n"]).toBe(16)
  })

  it("asks where to note it, and erases nobody until it knows", async () => {
    const { ownerUrl } = await ownDatabase()
    const { env } = settings(ownerUrl, { ERASURE_JOURNAL: "" })
    const { code, error } = await finishJson(`users erase ${WHO} --yes`, { env })
    expect({ code, error }).toMatchObject({ code: 78, error: { code: "no_journal" } })
    expect(error.message).toMatch(/ERASURE_JOURNAL .*--no-journal/)
    expect((await finishJson(`users erase ${WHO} --no-journal --yes`, { env })).told).toMatchObject({
      status: "erased",
    })
  })

  it("says what its owner has to run where the role may not", async () => {
    const { ownerUrl, appUrl, appRole } = await ownDatabase()
    const roles = readFileSync(new URL("../../docs/postgres-roles.sql", import.meta.url), "utf8")
    await askPostgres(ownerUrl, roles.replaceAll("linklatch_app", appRole))
    const { out, code } = await finish(`users erase ${WHO} --yes`, settings(appUrl))
    expect(code).toBe(75)
    expect(out).toContain(`${WHO} is erased`)
    const [, statement = ""] = /As their owner run: (.*)\n/.exec(out) ?? []
    await askPostgres(ownerUrl, statement)
    expect(statement).toMatch(/^vacuum \(full\) "linklatch"\.users, .*"linklatch"\.auth_event_pii$/)
  })

  it("holds up nobody for whom an open transaction keeps a table, and says that copies are left", async () => {
    const { ownerUrl } = await ownDatabase()
    await withPostgres(ownerUrl, async (askIn) => {
      await askIn("begin")
      await askIn("select count(*) from linklatch.auth_event_pii")
      const erasing = finishJson(`users erase ${WHO} --yes`, settings(ownerUrl))
      await expect.poll(() => usersIn(ownerUrl), { timeout: 10_000 }).toBe(16)
      const { told, code } = await erasing
      expect({ told, code }).toMatchObject({ code: 75, told: { status: "erased", files: { status: "busy" } } })
      await askIn("commit")
    })
    expect(await finishJson("users erase --rewrite", settings(ownerUrl))).toMatchObject({
      code: 0,
      told: { files: { status: "clean", rewritten: true } },
    })
  })

  it("forgets the limits that Redis counts by the address", async () => {
    const { ownerUrl } = await ownDatabase()
    const redis = await startOwnRedis()
    onTestFinished(() => redis.stop())
    const key = `{linklatch}:limit:${limitKey("ask_address", WHO)}`
    await askRedis(redis.url, ["SET", key, "1"])
    const { told } = await finishJson(`users erase ${WHO} --yes`, settings(ownerUrl, { REDIS_URL: redis.url }))
    expect(told).toMatchObject({ status: "erased" })
    expect(await askRedis(redis.url, ["EXISTS", key])).toContain(":0")
  })

  it("erases all the same where Redis is away", async () => {
    const { ownerUrl } = await ownDatabase()
    const { out, err, code } = await finish(
      `users erase ${WHO} --yes`,
      settings(ownerUrl, { REDIS_URL: "redis://:hunter2hunter2@127.0.0.1:1" }),
    )
    expect(code).toBe(0)
    expect(out).toContain("is erased")
    expect(err).toMatch(/Redis can't be reached .* goes by itself within hours/)
    expect(err).not.toContain("hunter2")
  })
})

async function usersIn(url: string): Promise<unknown> {
  return (await askPostgres(url, "select count(*)::int as n from linklatch.users"))[0]?.["n"]
}

/** Everything under the data directory but the write-ahead log, which only time takes away (docs/guides/erase-a-person.md). */
function foundIn(folder: string, traces: readonly string[]): readonly string[] {
  const files = readdirSync(join(folder, "data"), { recursive: true, encoding: "utf8" })
    .filter((name) => !name.startsWith("pg_wal"))
    .map((name) => join(folder, "data", name))
    .filter((path) => statSync(path).isFile())
  const found = new Set<string>()
  for (const path of files) {
    const bytes = readFileSync(path)
    for (const trace of traces) if (bytes.includes(trace)) found.add(trace)
  }
  return traces.filter((trace) => found.has(trace))
}
