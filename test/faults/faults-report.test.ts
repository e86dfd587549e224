import { expect, it } from "vitest"
import { mergeRows, rowOf } from "./faults-report.ts"

const nothing = { violations: [], mails: 0, duplicates: 0, unanswered: 0, people: 0 }
const row = (name: string, run: string) => ({ ...rowOf(name, 1, { ...nothing, recoveries: [] }), run })

it("takes the median and the longest of recoveries, and none where none was measured", () => {
  const measured = rowOf("a fault", 4, { ...nothing, recoveries: [40, 10, 30, 20] })
  expect([measured.medianRecoveryMs, measured.maxRecoveryMs]).toEqual([20, 40])
  expect(rowOf("a fault", 4, { ...nothing, recoveries: [] }).medianRecoveryMs).toBe(null)
})

it("keeps rows of earlier runs until they are run again, and forgets what the campaign no longer has", () => {
  const merged = mergeRows(
    ["a", "b", "new"],
    [row("a", "1"), row("b", "1"), row("gone", "1")],
    [row("b", "2"), row("new", "2")],
  )
  expect(merged.map(({ name, run }) => [name, run])).toEqual([
    ["a", "1"],
    ["b", "2"],
    ["new", "2"],
  ])
})
