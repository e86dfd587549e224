/** A value at a moment. */
export interface Point {
  /** Hours from the start. */
  readonly hours: number
  readonly value: number
}

/** How fast something grows, an hour, with the ends of its 95 % interval. */
export interface Slope {
  readonly perHour: number
  readonly low: number
  readonly high: number
  /** The mean of all values. */
  readonly mean: number
}

const FEWEST = 8

/**
 * The straight line through points by least squares; null of fewer than eight. Values that follow one another are alike (a
 * heap fills and empties), which makes a line look surer than it is: the interval is widened by how alike neighbours are.
 */
export function fitSlope(points: readonly Point[]): Slope | null {
  const count = points.length
  if (count < FEWEST) return null
  const meanHours = meanOf(points.map(({ hours }) => hours))
  const mean = meanOf(points.map(({ value }) => value))
  const spread = sumOf(points.map(({ hours }) => (hours - meanHours) ** 2))
  if (spread === 0) return null
  const perHour = sumOf(points.map(({ hours, value }) => (hours - meanHours) * (value - mean))) / spread
  const rest = points.map(({ hours, value }) => value - mean - perHour * (hours - meanHours))
  const squares = sumOf(rest.map((one) => one ** 2))
  const alike = squares === 0 ? 0 : sumOf(rest.slice(1).map((one, index) => one * (rest[index] ?? 0))) / squares
  const widened = Math.sqrt((1 + clamp(alike)) / (1 - clamp(alike)))
  const error = Math.sqrt(squares / (count - 2) / spread) * widened * studentT(count - 2)
  return { perHour, low: perHour - error, high: perHour + error, mean }
}

/** What 2.5 % of Student's t pass with so many degrees of freedom: from the normal one, by Cornish and Fisher's expansion. */
export function studentT(degrees: number): number {
  const z = 1.959964
  const first = (z ** 3 + z) / 4
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3
}

// Neighbours that differ more than others would make it narrower, and with few points that is chance.
function clamp(alike: number): number {
  return Math.min(0.95, Math.max(0, alike))
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function meanOf(values: readonly number[]): number {
  return sumOf(values) / values.length
}
