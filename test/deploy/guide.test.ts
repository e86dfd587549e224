import { afterAll, beforeAll, expect, it } from "vitest"
import { askPostgres } from "../../scripts/services/ask-postgres.ts"
import { finishJson } from "../cli/run-command.ts"
import { type GuideDatabase, startGuideDatabase } from "./guide-database.ts"

type Role = Parameters<GuideDatabase["urlOf"]>[0]

let database: GuideDatabase
beforeAll(async () => {
  database = await startGuideDatabase()
})
afterAll(() => database.stop())

async function checksOf(role: Role): Promise<Record<string, string>> {
  const { told } = await finishJson("doctor --dev", { env: { DATABASE_URL: database.urlOf(role) } })
  const checks = told.checks as readonly { readonly name: string; readonly status: string }[]
  return Object.fromEntries(checks.map(({ name, status }) => [name, status]))
}

const CONTENT = { database: "ok", tables: "ok", event_log: "ok" }

it("the guide's lines make a database and two roles that the doctor is content with", async () => {
  expect(await checksOf("linklatch_app")).toMatchObject(CONTENT)
  expect(await checksOf("linklatch_owner")).toMatchObject({ event_log: "warning" })
})

it("the guide's limits of time are in force for who serves, and not for who migrates", async () => {
  const ask = (role: Role) => askPostgres(database.urlOf(role), "show statement_timeout")
  expect(await ask("linklatch_app")).toEqual([{ statement_timeout: "8s" }])
  expect(await ask("linklatch_owner")).toEqual([{ statement_timeout: "0" }])
})

it("the guide's lines for a new version run on what is there", async () => {
  expect(await database.runBlock("--dry-run")).toMatch(/is up to date\.[\s\S]*GRANT[\s\S]*REVOKE/)
})

it("the guide's dump comes back with the rights of both roles", async () => {
  await database.runBlock("pg_dump")
  await database.makeAnew()
  expect(await checksOf("linklatch_app")).toMatchObject({ tables: "failed" })
  await database.runBlock("pg_restore")
  expect(await checksOf("linklatch_app")).toMatchObject(CONTENT)
})
