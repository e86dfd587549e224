import { expect, it, onTestFinished } from "vitest"
import { type CampaignDatabase, openPostgres, openSqliteFile } from "./campaign-database.ts"
import { runFlood, showFlood } from "./flood.ts"
import type { Point } from "./points.ts"

it("AUD-5 AUD-6 on SQLite every committed event is sealed once, within 5 s, whoever dies or stands still", async () => {
  await proveSealed(await openSqliteFile(), 0, "after:sealing.unsealed")
})

it("AUD-5 AUD-6 AUD-11 on PostgreSQL every committed event is sealed once, within 5 s, whoever dies, stands still or has a wrong clock", async () => {
  await proveSealed(await openPostgres(), -3_600_000, "after:sealing.extend")
})

// `npm run faults` has eight processes with 50,000 events each.
async function proveSealed(database: CampaignDatabase, aheadMs: number, stopAt: Point) {
  onTestFinished(() => database.discard())
  const result = await runFlood({ database, processes: 4, events: 600, perSecond: 120, aheadMs, stopAt: [stopAt] })
  console.log(showFlood(result))
  expect(result.faults).toEqual([])
  expect(result.sealed).toBeGreaterThan(1_000)
  expect(result.checkpoints).toBeGreaterThan(3)
}
