import { expect, it, onTestFinished } from "vitest"
import { postgres } from "../../src/postgres.ts"
import { openPostgres } from "./campaign-database.ts"

// An error that nobody listens to would end the process, and vitest counts it as one of its own.
it("OPS-4 a connection that is lost in the middle of migrating ends no process, and the next try migrates", async () => {
  const database = await openPostgres()
  onTestFinished(() => database.discard())
  const store = postgres(database.url)
  onTestFinished(() => store.close())
  database.proxy?.next({ word: "pg_advisory_xact_lock", when: "before" })
  await store.ping()
  expect(database.proxy?.cuts).toBe(1)
  expect((await store.migrate()).length).toBeGreaterThan(0)
})
