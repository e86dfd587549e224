/** A source of numbers from 0 to 1 (1 left out) that gives the same ones for the same seed: mulberry32. */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * When requests are due: `perSecond` × `seconds` of them, milliseconds from the start, in order. People don't come on a
 * beat: each moment is as likely as any other, so that some come together and some apart (a Poisson process of which the
 * count is given).
 */
export function scheduleArrivals(perSecond: number, seconds: number, random: () => number): Float64Array {
  const count = Math.round(perSecond * seconds)
  return Float64Array.from({ length: count }, () => random() * seconds * 1_000).sort()
}
