import { describe, expect, it, onTestFinished, vi } from "vitest"
import { askPostgres } from "../../scripts/services/ask-postgres.ts"
import { createTestDatabase, type TestDatabase } from "../../scripts/services/test-database.ts"
import { postgres } from "../../src/postgres.ts"
import { createApp } from "../app.ts"
import { postgresUrl } from "../postgres.ts"
import { sealLog } from "../seal-log.ts"
import { finish, finishJson } from "./run-command.ts"

vi.setConfig({ testTimeout: 60_000 })

const EVENTS = 600

async function ownDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase(postgresUrl())
  onTestFinished(() => database.drop())
  return database
}

async function sealedDatabase(): Promise<TestDatabase & { readonly env: Record<string, string> }> {
  const database = await ownDatabase()
  const app = createApp({ store: postgres(database.ownerUrl), audit: { seal: false } })
  await app.store.migrate()
  for (let nth = 0; nth < EVENTS; nth += 1)
    await app.auth.audit.record({ type: "shop.order_placed", email: `person-${nth % 9}@example.com`, detail: { nth } })
  await sealLog(app)
  await app.close()
  const env = {
    DATABASE_URL: database.ownerUrl,
    LINKLATCH_SECRET: "a-secret-for-tests-that-is-long-enough",
    PUBLIC_BASE_URL: "https://login.example.com",
  }
  return { ...database, env }
}

describe("the log on PostgreSQL", () => {
  it("is proven, event by event, by a proof, and after it was pruned", async () => {
    const { env } = await sealedDatabase()
    expect((await finishJson("audit verify", { env })).told).toMatchObject({
      status: "proven",
      size: EVENTS,
      counts: { events: EVENTS, people: EVENTS },
    })
    const { told } = await finishJson("audit prove #432", { env })
    expect(told).toMatchObject({ status: "proven", index: 432 })
    expect((await finishJson(["audit", "prove", String(told.id)], { env })).told.index).toBe(432)
    const pruned = await finishJson("audit prune --before #300 --no-outside --yes", { env })
    expect(pruned.told).toEqual({ status: "pruned", events: 256, minIndex: 256 })
    expect((await finishJson("audit verify", { env })).told).toMatchObject({ status: "proven", minIndex: 256 })
  })

  it("is found to be changed, by whoever owns it", async () => {
    const { env, ownerUrl } = await sealedDatabase()
    const [row] = await askPostgres(
      ownerUrl,
      "select seq::int from linklatch.auth_events order by seq offset 399 limit 1",
    )
    const change = `alter table linklatch.auth_events disable trigger user;
      update linklatch.auth_events set user_id = 'eve' where seq = ${row?.["seq"]};
      delete from linklatch.audit_tiles where level = 0 and tile_index = 0`
    for (const statement of change.split(";")) await askPostgres(ownerUrl, statement)
    const { code, told } = await finishJson("audit verify", { env })
    expect(code).toBe(3)
    expect(told.findings).toMatchObject([
      { code: "tile_changed", level: 0, tile: 0 },
      { code: "event_changed", index: 399, position: row?.["seq"] },
    ])
  })

  it("is told apart from a database that has none, and none is made", async () => {
    const { ownerUrl } = await ownDatabase()
    const key = "example.com/auth/log+f97c4016+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
    const { code, err } = await finish(["audit", "verify", "--database", ownerUrl, "--key", key])
    expect(code).toBe(1)
    expect(err).toContain("There are no tables of Linklatch in this database.")
    const schemas = await askPostgres(ownerUrl, "select 1 from pg_namespace where nspname = 'linklatch'")
    expect(schemas).toEqual([])
  })
})
