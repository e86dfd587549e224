import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { askPostgres } from "../../scripts/services/ask-postgres.ts"
import { postgres } from "../../src/postgres.ts"
import { withPostgres } from "../../src/server/with-postgres.ts"
import { sqlite } from "../../src/sqlite.ts"
import { planMigrations } from "../../src/stores/postgres/migrate.ts"
import { planForFile } from "../../src/stores/sqlite/plan-for-file.ts"
import { createPostgresDatabase } from "../postgres.ts"

vi.setConfig({ testTimeout: 60_000 })

const SQLITE_SCHEMA = "select type, name, sql from sqlite_schema order by type, name"

const planForUrl = (url: string, schema: string) => withPostgres(url, (client) => planMigrations(client, schema))

function ownFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-plans-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, "auth.db")
}

function readSchema(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true })
  const rows = database.prepare(SQLITE_SCHEMA).all()
  database.close()
  return rows
}

describe("the plan for a SQLite file", () => {
  it("is every migration where there is no file, and makes none", () => {
    const path = ownFile()
    const { isNew, migrations, script } = planForFile(path)
    expect(isNew).toBe(true)
    expect(migrations[0]).toBe("001-sign-in.sql")
    expect(migrations.length).toBe(readdirSync("src/stores/sqlite/migrations").length)
    expect(script).toMatch(/^begin exclusive;\n[\s\S]*\ncommit;\n$/)
    expect(existsSync(path)).toBe(false)
  })

  it("is a script that does what opening the file does", async () => {
    const [migrated, scripted] = [ownFile(), ownFile()]
    await sqlite(migrated).close()
    const database = new DatabaseSync(scripted)
    database.exec(planForFile(scripted).script)
    const rows = database.prepare("select migrated_at from schema_migrations").all()
    for (const row of rows) expect(Number(row["migrated_at"])).toBeGreaterThan(Date.UTC(2026, 0))
    database.close()
    expect(readSchema(scripted)).toEqual(readSchema(migrated))
    expect(planForFile(scripted)).toEqual({ isNew: false, migrations: [], unknown: [], isHalfMoved: false, script: "" })
    const store = sqlite(scripted)
    expect(await store.migrate()).toEqual([])
    await store.close()
  })

  it("is what is missing alone, and leaves the file as it was", async () => {
    const path = ownFile()
    await sqlite(path).close()
    const database = new DatabaseSync(path)
    database.exec("delete from schema_migrations where name <> '001-sign-in.sql'")
    database.close()
    const before = { schema: readSchema(path), modified: statSync(path).mtimeMs }
    const { migrations, script } = planForFile(path)
    expect(migrations).not.toContain("001-sign-in.sql")
    expect(migrations).toContain("002-lighter-log.sql")
    expect(script).not.toContain("create table users")
    expect({ schema: readSchema(path), modified: statSync(path).mtimeMs }).toEqual(before)
  })
})

describe("the plan for PostgreSQL", () => {
  it("is every migration where there is no schema, and makes none", async () => {
    const { ownerUrl, schema } = await createPostgresDatabase()
    const { isNew, migrations, script } = await planForUrl(ownerUrl, schema)
    expect(isNew).toBe(true)
    expect(migrations[0]).toBe("001-sign-in.sql")
    expect(script).toMatch(
      /^begin isolation level read committed;\nselect pg_advisory_xact_lock\(\d+\);\n[\s\S]*\ncommit;\n$/,
    )
    expect(await askPostgres(ownerUrl, "select 1 from pg_namespace where nspname = $1", [schema])).toEqual([])
  })

  it("is a script that does what the store does", async () => {
    const { ownerUrl, schema } = await createPostgresDatabase()
    const { migrations, script } = await planForUrl(ownerUrl, schema)
    await askPostgres(ownerUrl, script)
    expect(await planForUrl(ownerUrl, schema)).toEqual({
      isNew: false,
      migrations: [],
      unknown: [],
      isHalfMoved: false,
      script: "",
    })
    const store = postgres(ownerUrl, { schema })
    expect(await store.migrate()).toEqual([])
    await store.ping()
    await store.close()
    const names = await askPostgres(ownerUrl, `select name from ${schema}.schema_migrations order by name`)
    expect(names.map(({ name }) => name)).toEqual(migrations)
  })

  it("runs once, by one of many that start together", async () => {
    const { ownerUrl, schema } = await createPostgresDatabase()
    const { migrations } = await planForUrl(ownerUrl, schema)
    const stores = Array.from({ length: 4 }, () => postgres(ownerUrl, { schema }))
    const ran = await Promise.all(stores.map((store) => store.migrate()))
    expect(ran.flat()).toEqual(migrations)
    for (const store of stores) await store.close()
  })

  it("is refused, with nothing of the password, where the server lets nobody in", async () => {
    const { ownerUrl } = await createPostgresDatabase()
    const url = Object.assign(new URL(ownerUrl), { password: "hunter2hunter2" }).href
    const fault = await planForUrl(url, "linklatch").catch((error: unknown) => error)
    expect(fault).toMatchObject({ code: "store_unavailable" })
    expect(String((fault as Error).stack) + String((fault as Error).cause)).not.toContain("hunter2")
  })
})
