import { expect, it } from "vitest"
import { type Expectation, judge, type Series } from "./verdict.ts"

const steady: Expectation = { is: "steady" }
const series = (value: (hours: number, index: number) => number, expected: Expectation = steady): Series => ({
  name: "RSS",
  unit: "bytes",
  expected,
  points: Array.from({ length: 31 }, (_, index) => ({ hours: index / 60, value: value(index / 60, index) })),
})

it("calls growing what would double within eight times as long as was watched, and steady what takes longer", () => {
  expect(
    judge(
      series((hours) => 100 + 20 * hours),
      0,
    ).verdict,
  ).toBe("steady")
  expect(
    judge(
      series((hours) => 100 + 40 * hours),
      0,
    ).verdict,
  ).toBe("grows")
})

it("says that it can't tell where both may be", () => {
  expect(
    judge(
      series((_, index) => 100 + (index % 2) * 60 + index * 0.4),
      0,
    ).verdict,
  ).toBe("too short to tell")
  expect(judge({ ...series(() => 1), points: [] }, 0)).toMatchObject({ verdict: "too short to tell", slope: null })
})

it("leaves out the time in which it gets warm", () => {
  const warming = series((hours) => (hours < 0.2 ? 50 + 250 * hours : 100))
  expect(judge(warming, 0).verdict).not.toBe("steady")
  expect(judge(warming, 0.2).verdict).toBe("steady")
})

it("expects a table to lose at least half of what comes into it", () => {
  const balanced: Expectation = { is: "balanced", comesPerHour: 1_000 }
  expect(
    judge(
      series((hours) => 9_000 + 400 * hours, balanced),
      0,
    ).verdict,
  ).toBe("steady")
  expect(
    judge(
      series((hours) => 9_000 - 400 * hours, balanced),
      0,
    ).verdict,
  ).toBe("steady")
  expect(
    judge(
      series((hours) => 9_000 + 900 * hours, balanced),
      0,
    ).verdict,
  ).toBe("grows")
})

it("lets the log grow", () => {
  expect(
    judge(
      series((hours) => 9_000 * hours, { is: "kept" }),
      0,
    ).verdict,
  ).toBe("kept for good")
})

it("calls steady what stays at nothing", () => {
  expect(
    judge(
      series(() => 0),
      0,
    ).verdict,
  ).toBe("steady")
})
