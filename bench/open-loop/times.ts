import { quantileOfSorted } from "../figures.ts"

/** How long requests took, in milliseconds; all 0 of none. */
export interface Times {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export function summarizeTimes(times: ArrayLike<number>): Times {
  const sorted = Float64Array.from(times).sort()
  return {
    count: sorted.length,
    p50: quantileOfSorted(sorted, 0.5),
    p90: quantileOfSorted(sorted, 0.9),
    p99: quantileOfSorted(sorted, 0.99),
    p999: quantileOfSorted(sorted, 0.999),
    max: sorted.at(-1) ?? 0,
  }
}
