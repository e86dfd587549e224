import { DatabaseSync } from "node:sqlite"
import { expect, it } from "vitest"
import { migrate } from "../../src/stores/sqlite/migrate.ts"
import { createSqliteStore } from "../../src/stores/sqlite/sqlite-store.ts"

// Read from end to end, and small whatever happens: the counters of SQLite itself, a list that came as JSON, nothing at all, the rows of an insert, what is
// owed, and the few oldest rows that a sweep looks at.
const SMALL =
  /^SCAN (?:sqlite_sequence|json_each VIRTUAL TABLE INDEX 1:|CONSTANT ROW|\d+-ROW VALUES CLAUSE|o USING INDEX outbox_due|oldest)$/
// Sorted in memory, as they are one user's.
const ONE_USERS = /where (?:s\.)?user_id = \?/

const statements = preparedByStore(DatabaseSync)

it("prepares its statements when it is made", () => {
  expect(statements.length).toBeGreaterThan(40)
})

it("reads no table from end to end, in any statement", () => {
  const scans = statements.filter(({ plan }) => plan.some((step) => /^SCAN /.test(step) && !SMALL.test(step)))
  expect(scans).toEqual([])
})

it("sorts nothing in memory but what is one user's", () => {
  const sorts = statements.filter(
    ({ sql, plan }) => plan.some((step) => /TEMP B-TREE/.test(step)) && !ONE_USERS.test(sql),
  )
  expect(sorts).toEqual([])
})

it("numbers no parameter, as Node 22.18 binds by position only what has no number", () => {
  expect(statements.filter(({ sql }) => /\?\d/.test(sql))).toEqual([])
})

/** Every statement of the store, with what SQLite says about how it would run it. */
function preparedByStore(
  Database: typeof DatabaseSync,
): readonly { readonly sql: string; readonly plan: readonly string[] }[] {
  const prepared: string[] = []
  class Listening extends Database {
    override prepare(sql: string) {
      prepared.push(sql)
      return super.prepare(sql)
    }
  }
  const database = new Listening(":memory:")
  migrate(database, 0)
  prepared.length = 0
  createSqliteStore(database, [])
  return [...prepared]
    .filter((sql) => !/^\s*(?:begin|commit)/.test(sql))
    .map((sql) => {
      const steps = database.prepare(`explain query plan ${sql}`).all()
      return { sql: sql.trim().replace(/\s+/g, " "), plan: steps.map(({ detail }) => String(detail)) }
    })
}
