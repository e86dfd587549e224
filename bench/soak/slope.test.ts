import { expect, it } from "vitest"
import { seededNumbers } from "../open-loop/schedule.ts"
import { fitSlope, type Point, studentT } from "./slope.ts"

const series = (count: number, value: (hours: number, index: number) => number): readonly Point[] =>
  Array.from({ length: count }, (_, index) => ({ hours: index / 10, value: value(index / 10, index) }))

it("finds a straight line just as it is", () => {
  const slope = fitSlope(series(20, (hours) => 5 + 3 * hours))
  expect(slope?.perHour).toBeCloseTo(3, 9)
  expect(slope?.low).toBeCloseTo(3, 6)
  expect(slope?.high).toBeCloseTo(3, 6)
  expect(slope?.mean).toBeCloseTo(5 + 3 * 0.95, 9)
})

it("knows the values of the textbook", () => {
  // By another program: slope 0.8909, standard error 0.0464; t of 8 degrees is 2.306, and neighbours differ more than others would.
  const values = [1, 2, 2, 4, 4, 6, 6, 7, 8, 9]
  const slope = fitSlope(values.map((value, hours) => ({ hours, value })))
  expect(slope?.perHour).toBeCloseTo(0.8909, 4)
  expect((slope?.high ?? 0) - (slope?.low ?? 0)).toBeCloseTo(2 * 0.1069, 3)
  expect(slope?.mean).toBeCloseTo(4.9, 9)
})

it.each([
  [5, 2.571],
  [8, 2.306],
  [28, 2.048],
  [1_000, 1.962],
])("knows Student's t of %i degrees", (degrees, t) => {
  expect(studentT(degrees)).toBeCloseTo(t, 2)
})

it("holds the true slope between its ends nineteen times of twenty, where values are independent", () => {
  const random = seededNumbers(1)
  const runs = 1_000
  let held = 0
  for (let run = 0; run < runs; run++) {
    const slope = fitSlope(series(30, (hours) => 2 * hours + random() + random() + random()))
    if (slope !== null && slope.low <= 2 && slope.high >= 2) held++
  }
  expect(held / runs).toBeGreaterThan(0.93)
})

it("is less sure where neighbours are alike: a wave is no slope", () => {
  const wave = fitSlope(series(40, (hours) => Math.sin(hours * 3)))
  expect(wave?.low).toBeLessThan(0)
  expect(wave?.high).toBeGreaterThan(0)
})

it("says nothing of a handful of points, or of one moment", () => {
  expect(fitSlope(series(7, (hours) => hours))).toBeNull()
  expect(fitSlope(Array.from({ length: 20 }, () => ({ hours: 1, value: 2 })))).toBeNull()
})
