/** What all rounds of one measurement come to: each figure is the median of its rounds. */
export interface Figures {
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** The slowest and the fastest round, a second. */
  readonly range: readonly [slowest: number, fastest: number]
}

/** The value that `share` (0 to 1) of the values are at or below, by nearest rank; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), share)
}

/** The same of values that are in order already, the smallest first. */
export function quantileOfSorted(sorted: Float64Array, share: number): number {
  const rank = Math.max(1, Math.ceil(sorted.length * share))
  return sorted[rank - 1] ?? 0
}

/** The middle one; of an even number, the mean of the middle two. 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1] ?? 0, sorted[Math.floor(sorted.length / 2)] ?? 0]
  return (low + high) / 2
}

/** The median of each figure over its rounds. */
export function combineRounds(rounds: readonly Pick<Figures, "perSecond" | "p50" | "p99">[]): Figures {
  const rates = rounds.map(({ perSecond }) => perSecond)
  return {
    perSecond: median(rates),
    p50: median(rounds.map(({ p50 }) => p50)),
    p99: median(rounds.map(({ p99 }) => p99)),
    range: [Math.min(...rates), Math.max(...rates)],
  }
}
