import fc from "fast-check"
import { expect, it } from "vitest"
import type { PositionRange } from "../sealing/sealing-store.ts"
import { PositionCover } from "./position-cover.ts"

const MOST = 60
const range = fc
  .tuple(fc.integer({ min: 1, max: MOST }), fc.nat(5))
  .map(([first, more]): PositionRange => [first, first + more])
const positionsOf = ([first, last]: PositionRange) => Array.from({ length: last - first + 1 }, (_, nth) => first + nth)

it("takes each position once, and says which of a range was there", () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 30 }), (ranges) => {
      const cover = new PositionCover()
      const taken = new Set<number>()
      for (const one of ranges) {
        const twice = positionsOf(one).find((position) => taken.has(position)) ?? null
        expect(cover.add(one)).toBe(twice)
        if (twice === null) for (const position of positionsOf(one)) taken.add(position)
      }
      expect(cover.top).toBe(Math.max(0, ...taken))
    }),
  )
})

it("leaves as holes what nobody took, and nothing that is open", () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 30 }), fc.array(range, { maxLength: 5 }), (ranges, open) => {
      const cover = new PositionCover()
      const kept = ranges.filter((one) => cover.add(one) === null)
      const elsewhere = new Set([...kept, ...open].flatMap(positionsOf))
      const holes = [...cover.holes(MOST, open)].flatMap(([first, last]) => positionsOf([Math.max(1, first), last]))
      const expected = positionsOf([1, MOST]).filter((position) => !elsewhere.has(position))
      expect(holes).toEqual(expected)
    }),
  )
})
