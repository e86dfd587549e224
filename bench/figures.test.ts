import { expect, it } from "vitest"
import { combineRounds, median, quantile } from "./figures.ts"

it("takes the value that a share of the others doesn't pass", () => {
  const values = [5, 1, 4, 2, 3, 10, 9, 8, 7, 6]
  expect(quantile(values, 0.5)).toBe(5)
  expect(quantile(values, 0.9)).toBe(9)
  expect(quantile(values, 0.99)).toBe(10)
  expect(quantile(values, 0)).toBe(1)
})

it("orders by size, not by spelling", () => {
  expect(quantile([100, 9, 20], 0.5)).toBe(20)
  expect(median([100, 9, 20])).toBe(20)
})

it("takes the mean of the middle two of an even number", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
})

it("gives 0 of nothing", () => {
  expect(quantile([], 0.5)).toBe(0)
  expect(median([])).toBe(0)
})

it("takes the median of each figure by itself, and keeps the slowest and the fastest round", () => {
  const rounds = [
    { perSecond: 100, p50: 3, p99: 7 },
    { perSecond: 300, p50: 1, p99: 9 },
    { perSecond: 200, p50: 2, p99: 8 },
  ]
  expect(combineRounds(rounds)).toEqual({ perSecond: 200, p50: 2, p99: 8, range: [100, 300] })
})
