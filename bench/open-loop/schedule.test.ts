import { expect, it } from "vitest"
import { scheduleArrivals, seededNumbers } from "./schedule.ts"

it("makes just as many arrivals as the rate says, in order and inside the time", () => {
  const arrivals = scheduleArrivals(1_000, 3, seededNumbers(1))
  expect(arrivals).toHaveLength(3_000)
  expect([...arrivals].every((at, index) => at >= (arrivals[index - 1] ?? 0) && at < 3_000)).toBe(true)
})

it("spreads them over the time, and not on a beat", () => {
  const arrivals = scheduleArrivals(1_000, 10, seededNumbers(2))
  for (let second = 0; second < 10; second++) {
    const inIt = arrivals.filter((at) => at >= second * 1_000 && at < (second + 1) * 1_000).length
    // Five standard deviations of a Poisson count.
    expect(Math.abs(inIt - 1_000)).toBeLessThan(160)
  }
  const gaps = [...arrivals].map((at, index) => at - (arrivals[index - 1] ?? 0))
  // A share of 1/e of exponential gaps is longer than their mean; on a beat there would be none.
  expect(gaps.filter((gap) => gap > 1).length / gaps.length).toBeCloseTo(Math.exp(-1), 1)
})

it("is the same for the same seed, and another for another", () => {
  const of = (seed: number) => scheduleArrivals(100, 1, seededNumbers(seed)).join()
  expect(of(1)).toBe(of(1))
  expect(of(1)).not.toBe(of(2))
})
