import { fitSlope, type Point, type Slope } from "./slope.ts"

/** What is watched, and what is expected of it. */
export type Expectation =
  /** It stays as it is: what would double it within eight times as long as was watched is a leak. */
  | { readonly is: "steady" }
  /** As much goes as comes; so much comes an hour. Where less than half of that goes, it isn't kept up with. */
  | { readonly is: "balanced"; readonly comesPerHour: number }
  /** It grows by what is kept for good, as the audit log. */
  | { readonly is: "kept" }

export interface Series {
  readonly name: string
  readonly unit: "bytes" | "rows" | "ms" | ""
  readonly expected: Expectation
  readonly points: readonly Point[]
}

export type Verdict = "steady" | "grows" | "too short to tell" | "kept for good"

export interface Judged {
  readonly name: string
  readonly unit: Series["unit"]
  readonly first: number
  readonly last: number
  readonly slope: Slope | null
  readonly verdict: Verdict
}

// The longer one looks, the slower a leak can be seen.
export const LOOKS_AHEAD = 8

/** The slope of what came after `warmUpHours`, and what it says. */
export function judge({ name, unit, expected, points }: Series, warmUpHours: number): Judged {
  const warm = points.filter(({ hours }) => hours >= warmUpHours)
  const slope = fitSlope(warm)
  return {
    name,
    unit,
    first: points[0]?.value ?? 0,
    last: points.at(-1)?.value ?? 0,
    slope,
    verdict: verdictOf(slope, expected, points.at(-1)?.hours ?? 0),
  }
}

function verdictOf(slope: Slope | null, expected: Expectation, watchedHours: number): Verdict {
  if (expected.is === "kept") return "kept for good"
  if (slope === null) return "too short to tell"
  const bound = expected.is === "balanced" ? expected.comesPerHour / 2 : slope.mean / (LOOKS_AHEAD * watchedHours)
  // What stands still at 0 has no bound but 0.
  if (slope.high <= bound) return "steady"
  return slope.low > bound ? "grows" : "too short to tell"
}
