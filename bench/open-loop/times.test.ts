import { expect, it } from "vitest"
import { summarizeTimes } from "./times.ts"

it("takes the time that a share of the requests doesn't pass, and the longest", () => {
  const times = Array.from({ length: 10_000 }, (_, index) => 10_000 - index)
  expect(summarizeTimes(times)).toEqual({ count: 10_000, p50: 5_000, p90: 9_000, p99: 9_900, p999: 9_990, max: 10_000 })
})

it("gives the longest for whatever is rarer than there are requests", () => {
  expect(summarizeTimes([3, 1, 2])).toEqual({ count: 3, p50: 2, p90: 3, p99: 3, p999: 3, max: 3 })
})

it("gives 0 of none", () => {
  expect(summarizeTimes([])).toEqual({ count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 })
})
