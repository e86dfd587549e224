export interface Search {
  /** Where to begin: a guess. */
  readonly start: number
  /** At most so many rates are tried. */
  readonly maxTrials: number
  /** Whether the site keeps up with this many a second. */
  keepsUp(perSecond: number): Promise<boolean>
}

// How near the highest rate that was kept up with and the lowest that was not must be.
const PRECISION = 1.06
const UP = 1.2
const DOWN = 0.5

/** The highest rate tried that a site keeps up with; 0 where it kept up with none. */
export async function findSaturation({ start, maxTrials, keepsUp }: Search): Promise<number> {
  let [kept, lost] = [0, Number.POSITIVE_INFINITY]
  let rate = start
  for (let trial = 0; trial < maxTrials && lost > kept * PRECISION; trial++) {
    if (await keepsUp(rate)) kept = rate
    else lost = rate
    rate = nextRate(kept, lost)
  }
  return kept
}

function nextRate(kept: number, lost: number): number {
  if (lost === Number.POSITIVE_INFINITY) return kept * UP
  return kept === 0 ? lost * DOWN : Math.sqrt(kept * lost)
}
