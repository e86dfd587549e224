import { expect, it, onTestFinished } from "vitest"
import { type CampaignDatabase, openPostgres, openSqliteFile } from "./campaign-database.ts"
import { killAt } from "./kills.ts"
import { type Point, pointsOn } from "./points.ts"
import { CUTS, cutAt } from "./postgres-outages.ts"
import { type Act, runRound } from "./round.ts"

// A quarter of all points, from each part of the path: `npm run faults` takes all, fifty times.
const some = pointsOn("sqlite").filter((_, index) => index % 4 === 1)
const few = ["after:requests.open", "after:links.mint", "smtp:data-ended", "after:links.redeem", "after:sealing.extend"]
const cuts = CUTS.filter(({ word, when }) => when === "after" && /settle|redeem_links|extend_log/.test(word))

it("OPS-3 P1 P5 P6 four processes on SQLite lose nothing when one after the other is killed at named points", async () => {
  await proveNothingLost(await openSqliteFile(), some, [])
})

it("OPS-3 P1 P5 P6 four processes on PostgreSQL lose nothing, killed or cut off from an answer", async () => {
  await proveNothingLost(
    await openPostgres(),
    few,
    cuts.map((cut) => cutAt(cut, 1)),
  )
})

async function proveNothingLost(database: CampaignDatabase, points: readonly Point[], more: readonly Act[]) {
  onTestFinished(() => database.discard())
  const result = await runRound({ database, people: 6, isShort: true }, async (round) => {
    await killAt(points, false)(round)
    for (const act of more) await act(round)
    return null
  })
  expect(result.violations).toEqual([])
  expect(result.people).toBeGreaterThan(10)
  const { people, mails, duplicates } = result
  console.log(`${points.length + more.length} faults: ${people} people, ${mails} mails, ${duplicates} of them twice`)
}
