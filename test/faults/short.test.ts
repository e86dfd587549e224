import { expect, it, onTestFinished } from "vitest"
import { openSqliteFile } from "./campaign-database.ts"
import { killAt } from "./kills.ts"
import { pointsOn } from "./points.ts"
import { runRound } from "./round.ts"

// A third of all points, from each part of the path: `npm run faults` takes all, fifty times.
const points = pointsOn("sqlite").filter((_, index) => index % 3 === 1)

it("OPS-3 P1 P5 P6 four processes lose nothing when one after the other is killed at named points", async () => {
  const database = await openSqliteFile()
  onTestFinished(() => database.discard())
  const result = await runRound({ database, people: 8, isShort: true }, killAt(points, false))
  expect(result.violations).toEqual([])
  expect(result.people).toBeGreaterThan(20)
  console.log(
    `${points.length} kills: ${result.people} people, ${result.mails} mails, ${result.duplicates} of them twice`,
  )
})
