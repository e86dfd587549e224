import { expect, it } from "vitest"
import { isMailBehind, keptUp, type Phase } from "./measure-load.ts"
import { summarizeTimes } from "./times.ts"

const phase = (more: Partial<Phase["result"]> = {}, owed = 0): Phase => ({
  owed,
  result: {
    sent: 1_000,
    answered: 1_000,
    failed: 0,
    firstFailure: null,
    unanswered: 0,
    perSecond: 1_000,
    times: summarizeTimes([10]),
    steps: { ask: { ...summarizeTimes([10]), count: 1_000 } },
    generator: { lag: summarizeTimes([]), core: 0.1, waited: 0 },
    used: { asks: 0, redeems: 0 },
    ...more,
  },
})

it("calls a rate too much where one answer was wrong, missing or too slow", () => {
  expect(keptUp(phase(), 250)).toBe(true)
  expect(keptUp(phase({ failed: 1 }), 250)).toBe(false)
  expect(keptUp(phase({ unanswered: 1 }), 250)).toBe(false)
  expect(keptUp(phase({ times: summarizeTimes([251]) }), 250)).toBe(false)
})

it("calls a rate too much where the mail falls behind, by what was asked for a second", () => {
  expect(keptUp(phase({}, 500), 250)).toBe(true)
  expect(keptUp(phase({}, 501), 250)).toBe(false)
  const tenth = { ask: { ...summarizeTimes([10]), count: 100 } }
  expect(isMailBehind(phase({ steps: tenth }, 100))).toBe(false)
  expect(isMailBehind(phase({ steps: tenth }, 101))).toBe(true)
})
