import type { PositionRange } from "../sealing/sealing-store.ts"

/** Which positions have an index: as few ranges as they make, however many there are. */
export class PositionCover {
  readonly #firsts: number[] = []
  readonly #lasts: number[] = []

  /** Adds a range, and returns null; or adds nothing, and returns the first of its positions that was there already. */
  add([first, last]: PositionRange): number | null {
    const place = this.#placeOf(first)
    const before = place - 1
    const reached = this.#lasts[before] ?? Number.NEGATIVE_INFINITY
    const next = this.#firsts[place] ?? Number.POSITIVE_INFINITY
    if (reached >= first) return first
    if (next <= last) return next
    const joinsBefore = reached === first - 1
    const joinsNext = next === last + 1
    if (joinsBefore && joinsNext) {
      this.#lasts[before] = this.#lasts[place] as number
      this.#firsts.splice(place, 1)
      this.#lasts.splice(place, 1)
    } else if (joinsBefore) this.#lasts[before] = last
    else if (joinsNext) this.#firsts[place] = first
    else {
      this.#firsts.splice(place, 0, first)
      this.#lasts.splice(place, 0, last)
    }
    return null
  }

  /** Whether any position of a range has an index. */
  touches([first, last]: PositionRange): boolean {
    const place = this.#placeOf(first)
    return (
      (this.#lasts[place - 1] ?? Number.NEGATIVE_INFINITY) >= first ||
      (this.#firsts[place] ?? Number.POSITIVE_INFINITY) <= last
    )
  }

  /** The highest position that has an index; 0 where none has. */
  get top(): number {
    return this.#lasts.at(-1) ?? 0
  }

  /** Where nothing has an index, from the least number up to `through`, but for `open`. */
  *holes(through: number, open: readonly PositionRange[]): Generator<PositionRange> {
    const taken = [...this.#ranges(), ...open].sort(([one], [other]) => one - other)
    let from = Number.MIN_SAFE_INTEGER
    for (const [first, last] of taken) {
      if (first > through) break
      if (from < first) yield [from, first - 1]
      from = Math.max(from, last + 1)
    }
    if (from <= through) yield [from, through]
  }

  // The first range that begins behind a position. Nearly always it is none, as events come in their order.
  #placeOf(position: number): number {
    let low = 0
    let high = this.#firsts.length
    if (high > 0 && (this.#firsts[high - 1] as number) <= position) return high
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#firsts[middle] as number) <= position) low = middle + 1
      else high = middle
    }
    return low
  }

  *#ranges(): Generator<PositionRange> {
    for (const [nth, first] of this.#firsts.entries()) yield [first, this.#lasts[nth] as number]
  }
}
