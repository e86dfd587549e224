import { once } from "node:events"
import { afterAll, beforeAll, expect, it } from "vitest"
import { askPostgres } from "../../scripts/services/ask-postgres.ts"
import { askRedis } from "../../scripts/services/ask-redis.ts"
import type { Browser } from "../browser.ts"
import { type ComposeSite, startCompose } from "./start-compose.ts"

let site: ComposeSite
beforeAll(async () => {
  site = await startCompose()
})
afterAll(() => site.stop())

async function signIn(email: string): Promise<Browser> {
  const browser = site.browser()
  await browser.post("/auth/sign-in", { email })
  const { status } = await browser.press(await site.message(email))
  expect(status).toBe(303)
  return browser
}

const account = async (browser: Browser): Promise<number> => (await browser.get("/auth/account")).status

it("keeps health and metrics to those inside", async () => {
  for (const path of ["/healthz", "/readyz", "/metrics"]) expect((await site.browser().get(path)).status).toBe(404)
})

it("lets the servers' role add to the log, and change nothing in it or of the tables", async () => {
  const url = site.secret("app_url")
  for (const statement of [
    "update linklatch.auth_events set type = 'x'",
    "delete from linklatch.auth_events",
    "truncate linklatch.auth_events",
    "drop table linklatch.users",
    "create table linklatch.mine ()",
    "insert into linklatch.schema_migrations (name) values ('x')",
  ])
    await expect(askPostgres(url, statement), statement).rejects.toMatchObject({ code: "42501" })
})

it("runs what prepares the database again without harm, as every start of Compose does", async () => {
  expect(await site.runOnce("migrate")).toMatch(/is up to date\.\n$/)
  await site.runOnce("grant")
})

it("takes limits in Valkey", async () => {
  await site.browser().post("/auth/sign-in", { email: "grace@example.com" })
  expect(await askRedis(site.secret("redis_url"), ["keys", "*"])).toContain("{linklatch}:")
})

it("OPS-3 keeps people signed in, and signs others in, while one of the two servers is killed", async () => {
  const ada = await signIn("ada@example.com")
  const [first, second] = site.servers
  if (first === undefined || second === undefined) throw new Error("There are no two servers.")
  expect([await account(ada), await account(ada)]).toEqual([200, 200])
  first.child.kill("SIGKILL")
  await once(first.child, "exit")
  await expect(first.checkHealth()).rejects.toThrow()
  await second.checkHealth()
  for (let visit = 0; visit < 6; visit++) expect(await account(ada)).toBe(200)
  const bob = await signIn("bob@example.com")
  expect(await account(bob)).toBe(200)
})

it("ends in good order when it is told to", async () => {
  const second = site.servers[1]?.child
  const exit = second === undefined ? [] : once(second, "exit")
  second?.kill("SIGTERM")
  expect((await exit)[0]).toBe(0)
})
