import { expect, it } from "vitest"
import { withPostgres } from "../../scripts/services/ask-postgres.ts"
import { postgres } from "../../src/postgres.ts"
import { signIn } from "../app.ts"
import { ownApp } from "../attack/own-app.ts"
import { createPostgresDatabase } from "../postgres.ts"

it("AUD-8 P13 while somebody holds the sealed log's head on PostgreSQL people sign in as ever, nothing is said of it, and it is sealed when it is free", async () => {
  const { ownerUrl, schema } = await createPostgresDatabase()
  const store = postgres(ownerUrl, { schema })
  await store.migrate()
  const app = ownApp({ store, clock: { now: Date.now } })
  await withPostgres(ownerUrl, async (ask) => {
    await ask("begin")
    await ask(`lock table ${schema}.audit_log in access exclusive mode`)
    // A pass has begun, and waits.
    await expect.poll(() => countWaiting(ownerUrl), { timeout: 5_000 }).toBeGreaterThan(0)
    const began = performance.now()
    for (let person = 0; person < 10; person += 1) {
      const { response } = await signIn(app, `person-${person}@example.com`)
      expect(response.status).toBe(303)
    }
    expect(performance.now() - began).toBeLessThan(5_000)
    await ask("rollback")
  })
  await expect.poll(() => app.store.sealing.backlog({ max: 1 }), { timeout: 5_000 }).toMatchObject({ events: 0 })
  expect(app.logLines.filter((line) => line.includes("sealing_failed"))).toEqual([])
})

async function countWaiting(url: string): Promise<number> {
  const sql = "select count(*)::int as waiting from pg_locks where not granted and relation is not null"
  return withPostgres(url, async (ask) => Number((await ask(sql))[0]?.["waiting"]))
}
