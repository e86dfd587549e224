import { DatabaseSync } from "node:sqlite"
import fc from "fast-check"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { askPostgres } from "../../scripts/services/ask-postgres.ts"
import { createTestDatabase, type TestDatabase } from "../../scripts/services/test-database.ts"
import type { MovedRow, MoveTarget } from "../../src/core/move/move-port.ts"
import { type MovedTable, movedTables } from "../../src/core/move/moved-tables.ts"
import { postgres } from "../../src/postgres.ts"
import { sqlite } from "../../src/sqlite.ts"
import { openPostgresTarget } from "../../src/stores/postgres/move-target.ts"
import { openSqliteTarget } from "../../src/stores/sqlite/move-target.ts"
import { ownFolder } from "../cli/run-command.ts"

const path = `${ownFolder()}/auth.db`
const targets: Record<string, MoveTarget> = {}
let database: TestDatabase
let client: pg.Client

beforeAll(async () => {
  database = await createTestDatabase(process.env["TEST_DATABASE_URL"] ?? "")
  const stores = [sqlite(path), postgres(database.ownerUrl)]
  for (const store of stores) {
    await store.migrate()
    await store.close()
  }
  client = new pg.Client({ connectionString: database.ownerUrl })
  await client.connect()
  targets["sqlite"] = openSqliteTarget(path)
  targets["postgres"] = await openPostgresTarget(client, "linklatch")
  for (const target of Object.values(targets)) await target.begin("0")
})
afterAll(async () => {
  await client?.end()
  await database?.drop()
})

describe("the tables that are moved", () => {
  // What PostgreSQL keeps of a limit beside its hits is written by each take, and read by none.
  const OWN = ["rate_limits.max", "rate_limits.window_ms", "rate_limits.told", "audit_log.only_one"]
  // A lease on sealing is nobody's afterwards, and a walk through a whole table begins anew.
  const LEFT = ["audit_log.holder", "audit_log.lease_until", "walks.name", "walks.place"]
  const moved = movedTables.flatMap(({ name, columns }) => Object.keys(columns).map((column) => `${name}.${column}`))

  it("are all that PostgreSQL has, column for column", async () => {
    const sql = `select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'linklatch' and table_name not in ('schema_migrations', 'move_progress')`
    const names = (await askPostgres(database.ownerUrl, sql)).map(({ name }) => String(name))
    expect(names.sort()).toEqual([...moved, ...OWN, ...LEFT].sort())
  })

  it("are all that SQLite has, column for column", () => {
    const file = sqlite(`${path}.columns`)
    const reading = new DatabaseSync(`${path}.columns`)
    const rows = reading
      .prepare(`select t.name || '.' || c.name as name from sqlite_schema t, pragma_table_info(t.name) c
        where t.type = 'table' and t.name not in ('schema_migrations', 'sqlite_sequence')`)
      .all()
    reading.close()
    expect(rows.map(({ name }) => String(name)).sort()).toEqual([...moved, "audit_log.only", ...LEFT].sort())
    return file.close()
  })
})

describe.each(["sqlite", "postgres"])("a row on its way into %s", (engine) => {
  let note = 0

  async function write(table: MovedTable, rows: readonly MovedRow[]): Promise<string> {
    const [was, next] = [String(note), String(note + 1)]
    note += 1
    return (targets[engine] as MoveTarget).write({ table, rows, was, note: next })
  }

  it.each([
    ["users", { address: unique(), display_name: text(), closed_through: number() }],
    [
      "auth_event_pii",
      { salt: fc.uint8Array({ maxLength: 40 }).map(hex), address: orNull(), ip: orNull(), user_agent: orNull() },
    ],
    [
      "rate_limits",
      { hits: fc.array(number(), { maxLength: 9 }), expires_at: number(), reported_until: fc.constantFrom(-1, 0, 7) },
    ],
    ["outbox", { state: fc.constant("queued"), is_over_limit: fc.boolean(), attempts: fc.nat(), lease_id: orNull() }],
  ])("arrives as it was: %s", async (name, columns) => {
    const table = movedTables.find((one) => one.name === name) as MovedTable
    const [key = ""] = table.key
    const whole = fc.record({ ...defaults(table), [key]: unique(), ...columns } as Record<
      string,
      fc.Arbitrary<unknown>
    >)
    const batches = fc.array(whole, { maxLength: 40 }) as fc.Arbitrary<MovedRow[]>
    const target = targets[engine] as MoveTarget
    await fc.assert(
      fc.asyncProperty(batches, async (rows) => {
        expect(await write(table, rows)).toBe("written")
        for (const row of rows) {
          const [found] = await target.rows(table, [before(String(row[key]))], 1)
          expect({ ...found }).toEqual(row)
        }
      }),
      { numRuns: 15 },
    )
    const all = await target.rows(table, null, 10_000)
    const keys = all.map((row) => Buffer.from(String(row[key])))
    expect(keys).toEqual(keys.toSorted(Buffer.compare))
    expect(await target.count(table)).toBe(all.length)
  })

  it("is not written by a mover that another one has overtaken", async () => {
    const table = movedTables.find(({ name }) => name === "auth_event_pii") as MovedTable
    const row = { pii_id: "overtaken", salt: "00", address: null, ip: null, user_agent: null }
    const target = targets[engine] as MoveTarget
    expect(await target.write({ table, rows: [row], was: "somebody else's", note: "mine" })).toBe("lost")
    expect(await target.note()).toBe(String(note))
    expect(await target.rows(table, ["overtakem"], 1)).not.toContainEqual(row)
  })
})

let last = 0
// Rising, so that the row behind a key's predecessor is that key's.
function unique(): fc.Arbitrary<string> {
  return text().map((tail) => `${String(++last).padStart(9, "0")} ${tail}`)
}
function before(key: string): string {
  return `${String(Number(key.slice(0, 9)) - 1).padStart(9, "0")}\u{10ffff}`
}
function text(): fc.Arbitrary<string> {
  const hostile = fc.constantFrom(
    "",
    "'",
    '"',
    "\\",
    "\\u0000",
    "{}",
    "\u2028",
    "\ufffe",
    "\ud83d\udc69\u200d\ud83d\ude80",
    "e\u0301",
  )
  return fc.oneof(
    fc.string({ unit: "binary" }).map((any) => any.replaceAll("\0", "")),
    hostile,
  )
}
function orNull(): fc.Arbitrary<string | null> {
  return fc.option(text())
}
function number(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 2 ** 48 - 1 })
}
function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex")
}
function defaults({ columns }: MovedTable): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, kind]) => [
      name,
      kind === "integer" ? number() : fc.constant(kind === "text" ? "" : null),
    ]),
  )
}
