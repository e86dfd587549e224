import { readFileSync } from "node:fs"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { askPostgres } from "../../scripts/services/ask-postgres.ts"
import { startOwnPostgres } from "../../scripts/services/own-postgres.ts"
import { startPgBouncer } from "../../scripts/services/pgbouncer.ts"
import { createTestDatabase, type TestDatabase } from "../../scripts/services/test-database.ts"
import { systemClock } from "../../src/core/clock.ts"
import { postgres } from "../../src/postgres.ts"
import { createApp, signIn } from "../app.ts"
import { ocsfFaults } from "../exporting/ocsf-faults.ts"
import { postgresUrl } from "../postgres.ts"
import { type Command, finish, finishJson, run } from "./run-command.ts"

vi.setConfig({ testTimeout: 60_000 })

async function ownDatabase(server = postgresUrl()): Promise<TestDatabase> {
  const database = await createTestDatabase(server)
  onTestFinished(() => database.drop())
  return database
}

async function migrated(): Promise<TestDatabase> {
  const database = await ownDatabase()
  expect((await finish("migrate", { env: { DATABASE_URL: database.ownerUrl } })).code).toBe(0)
  return database
}

const shown = (url: string) => `postgres://${new URL(url).host}${new URL(url).pathname}`
const withPassword = (url: string, password: string) => Object.assign(new URL(url), { password }).href
const tablesOf = async (url: string) =>
  (await askPostgres(url, "select count(*)::int as n from pg_tables where schemaname = 'linklatch'"))[0]?.["n"]

describe("linklatch migrate on PostgreSQL", () => {
  it("prints what it would run, runs nothing, and then runs that", async () => {
    const { ownerUrl } = await ownDatabase()
    const env = { DATABASE_URL: ownerUrl }
    const dry = await finish("migrate --dry-run", { env })
    expect(dry.code).toBe(0)
    expect(dry.out).toMatch(/^begin isolation level read committed;\n[\s\S]*\ncommit;\n$/)
    expect(dry.err).toContain("nothing was run. It lacks 001-sign-in.sql")
    expect(await tablesOf(ownerUrl)).toBe(0)
    const { told } = await finishJson("migrate --dry-run", { env })
    expect(told).toMatchObject({ status: "pending", database: shown(ownerUrl), sql: dry.out })
    expect((await finishJson("migrate", { env })).told).toEqual({
      status: "migrated",
      database: shown(ownerUrl),
      migrations: told.migrations,
    })
    expect((await finishJson("migrate --dry-run", { env })).told).toMatchObject({ status: "up_to_date", sql: "" })
    expect((await finish("migrate", { env })).out).toBe(`${shown(ownerUrl)} is up to date.\n`)
  })

  it("says why it can't, without the password", async () => {
    const { ownerUrl } = await ownDatabase()
    const env = { DATABASE_URL: withPassword(ownerUrl, "hunter2hunter2") }
    for (const command of ["migrate", "migrate --dry-run", "users list"]) {
      const { code, error, everything } = await finishJson(command, { env })
      expect(code).toBe(1)
      expect(error.code).toBe("store_unavailable")
      expect(error.message).toMatch(/password authentication failed/)
      expect(everything).not.toContain("hunter2")
    }
  })
})

describe("a command that asks about people, on PostgreSQL", () => {
  it("makes no tables where there are none", async () => {
    const { ownerUrl } = await ownDatabase()
    const { code, error } = await finishJson("users list", { env: { DATABASE_URL: ownerUrl } })
    expect(code).toBe(1)
    expect(error).toEqual({
      code: "no_database",
      message: `There are no tables of Linklatch in ${shown(ownerUrl)}. To make them: linklatch migrate.`,
      database: shown(ownerUrl),
    })
    expect(await tablesOf(ownerUrl)).toBe(0)
  })

  it("answers where there are", async () => {
    const { ownerUrl } = await migrated()
    const { code, told } = await finishJson("users list", { env: { DATABASE_URL: ownerUrl } })
    expect({ code, users: told.users }).toEqual({ code: 0, users: [] })
  })
})

describe("linklatch audit export on PostgreSQL", () => {
  it("tells sealed events in their order, and says whose they are", async () => {
    const { ownerUrl } = await migrated()
    const app = createApp({ store: postgres(ownerUrl), clock: systemClock })
    for (const address of ["ada@example.com", "bob@example.com"]) await signIn(app, address)
    const signed = async () => (await app.store.sealing.latestCheckpoint())?.size ?? 0
    await expect.poll(async () => (await signed()) >= (await app.events()).length, { timeout: 10_000 }).toBe(true)
    const { code, out } = await finish("audit export --format ocsf --show-emails", { env: { DATABASE_URL: ownerUrl } })
    const told = out
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line))
    expect(code).toBe(0)
    for (const record of told) expect(ocsfFaults(record)).toEqual([])
    expect(told.map(({ metadata }) => metadata.sequence)).toEqual(Array.from({ length: await signed() }, (_, at) => at))
    expect(new Set(told.map(({ unmapped }) => unmapped.log.state))).toEqual(new Set(["sealed"]))
    expect(new Set(told.map(({ user }) => user?.email_addr))).toContain("bob@example.com")
    await app.close()
  })
})

describe("linklatch doctor on PostgreSQL", () => {
  const MADE_UP = "postgres_for_the_doctor"

  async function examine(url: string) {
    const { code, told, everything } = await finishJson("doctor --dev", { env: { DATABASE_URL: url } })
    const checks: Record<string, { status: string; says: string }> = {}
    for (const check of told.checks) checks[check.name] = check
    expect(everything).not.toContain(new URL(url).password)
    return { code, checks }
  }

  it("looks at server, clock, tables and rights, and changes nothing", async () => {
    const { ownerUrl } = await ownDatabase()
    const { code, checks } = await examine(ownerUrl)
    expect(code).toBe(0)
    expect(checks["database"]?.says).toMatch(
      /^postgres:\/\/127\.0\.0\.1:\d+\/linklatch_test_\w+ answers: PostgreSQL \d/,
    )
    expect(checks["clock"]).toMatchObject({ status: "ok" })
    expect(checks["pooler"]).toMatchObject({ status: "ok", says: expect.stringMatching(/^None/) })
    expect(checks["tables"]).toMatchObject({
      status: "ok",
      says: "There are none yet; the next start sees to it.",
    })
    expect(checks["event_log"]).toBeUndefined()
    expect(checks["sealing"]).toBeUndefined()
    expect(await tablesOf(ownerUrl)).toBe(0)
  })

  it("warns of a role that owns the log, and is content with one that may only add to it", async () => {
    const { ownerUrl, appUrl, appRole } = await migrated()
    expect((await examine(ownerUrl)).checks["event_log"]).toMatchObject({
      status: "warning",
      says: expect.stringMatching(/^This role owns the log of events/),
    })
    await askPostgres(ownerUrl, readFileSync("docs/postgres-roles.sql", "utf8").replaceAll("linklatch_app", appRole))
    const { code, checks } = await examine(appUrl)
    expect(code).toBe(0)
    expect(checks["event_log"]).toMatchObject({ status: "ok" })
    expect(checks["tables"]).toMatchObject({ status: "ok", says: "They are up to date." })
    expect(checks["sealing"]).toMatchObject({ status: "ok" })
    for (const right of ["update", "delete", "truncate"]) {
      await askPostgres(ownerUrl, `grant ${right} on linklatch.auth_events to ${appRole}`)
      expect((await examine(appUrl)).checks["event_log"]?.status).toBe("warning")
      await askPostgres(ownerUrl, `revoke ${right} on linklatch.auth_events from ${appRole}`)
    }
  })

  it("fails where this role may not seal the log, as after an update that brought the tables for it", async () => {
    const { ownerUrl, appUrl, appRole } = await migrated()
    await askPostgres(ownerUrl, readFileSync("docs/postgres-roles.sql", "utf8").replaceAll("linklatch_app", appRole))
    await askPostgres(ownerUrl, `revoke update (hashes) on linklatch.audit_tiles from ${appRole}`)
    const { code, checks } = await examine(appUrl)
    expect(code).toBe(1)
    expect(checks["sealing"]).toMatchObject({
      status: "failed",
      says: expect.stringMatching(/Run postgres-roles\.sql again/),
    })
  })

  it("fails where the tables are not up to date and this role may not change that", async () => {
    const { appUrl } = await ownDatabase()
    const { code, checks } = await examine(appUrl)
    expect(code).toBe(1)
    expect(checks["tables"]).toMatchObject({
      status: "failed",
      says: "There are none yet, and this role may not change that. Run `linklatch migrate` as a role that may.",
    })
  })

  it("fails where the server isn't there, takes no writes, or isn't UTF-8", async () => {
    const { ownerUrl } = await ownDatabase()
    const gone = Object.assign(new URL(ownerUrl), { port: "1" }).href
    expect((await examine(gone)).checks["database"]).toMatchObject({
      status: "failed",
      says: expect.stringMatching(/can't be used: The database did not answer\. \(connect ECONNREFUSED/),
    })
    const readOnly = `${ownerUrl}?options=-c%20default_transaction_read_only%3Don`
    expect((await examine(readOnly)).checks["database"]).toMatchObject({
      status: "failed",
      says: expect.stringMatching(/takes no writes/),
    })
    const server = await startOwnPostgres()
    onTestFinished(() => server.stop())
    await askPostgres(server.url, `create database ${MADE_UP} encoding 'LATIN1' locale 'C' template template0`)
    const latin = Object.assign(new URL(server.url), { pathname: `/${MADE_UP}` }).href
    expect((await examine(latin)).checks["database"]).toMatchObject({
      status: "failed",
      says: expect.stringMatching(/encoding is LATIN1, and must be UTF8/),
    })
  })

  it("sees a PgBouncer, and whether it lets transactions through", async () => {
    const { ownerUrl } = await ownDatabase()
    const through = async (poolMode: "transaction" | "statement") => {
      const bouncer = await startPgBouncer({ url: ownerUrl, settings: { pool_mode: poolMode } })
      onTestFinished(() => bouncer.stop())
      return examine(bouncer.url)
    }
    expect((await through("transaction")).checks["pooler"]).toMatchObject({
      status: "ok",
      says: "PgBouncer or the like stands between, and lets transactions through.",
    })
    const { code, checks } = await through("statement")
    expect(code).toBe(1)
    expect(checks["pooler"]).toMatchObject({
      status: "failed",
      says: expect.stringMatching(/Set its pool_mode to transaction or session\.$/),
    })
  })
})

describe("linklatch serve on PostgreSQL", () => {
  const environment = (url: string) => ({ NODE_ENV: "development", HOST: "127.0.0.1", PORT: "0", DATABASE_URL: url })
  const portOf = (server: Command) => {
    const lines = server.out().trim().split("\n")
    return lines.map((line) => JSON.parse(line)).find(({ event }) => event === "listening").port
  }
  const ready = async (port: unknown) => (await fetch(`http://127.0.0.1:${port}/readyz`)).status

  it("makes its tables and is ready", async () => {
    const { ownerUrl } = await ownDatabase()
    const server = run("serve", { env: environment(ownerUrl) })
    await expect.poll(server.out, { timeout: 20_000 }).toContain('"event":"listening"')
    expect(server.out()).toContain('"name":"001-sign-in.sql","event":"migration"')
    expect(await ready(portOf(server))).toBe(200)
    expect(await tablesOf(ownerUrl)).toBeGreaterThan(8)
    server.child.kill("SIGTERM")
    expect(await server.ended).toBe(0)
  })

  it("doesn't start where it is refused, and tells no password", async () => {
    const { ownerUrl } = await ownDatabase()
    const server = run("serve", { env: environment(withPassword(ownerUrl, "hunter2hunter2")) })
    expect(await server.ended).toBe(1)
    expect(server.out()).toContain('"event":"start_failed"')
    expect(server.out()).toContain("password authentication failed")
    expect(server.out() + server.err()).not.toContain("hunter2")
  })

  it("starts while the server is away, and is ready once it is back", async () => {
    const postgres = await startOwnPostgres()
    onTestFinished(() => postgres.stop())
    await postgres.kill()
    const server = run("serve", { env: environment(postgres.url) })
    await expect.poll(server.out, { timeout: 20_000 }).toContain('"event":"listening"')
    expect(server.out()).toContain('"event":"store_away"')
    const listening = server
      .out()
      .split("\n")
      .find((line) => line.includes('"listening"'))
    const { port } = JSON.parse(listening ?? "{}")
    expect(await ready(port)).toBe(503)
    await postgres.restart()
    await expect.poll(() => ready(port), { timeout: 20_000 }).toBe(200)
  })
})
