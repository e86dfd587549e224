import { expect, it } from "vitest"
import { findSaturation } from "./find-saturation.ts"

async function search(limit: number, start: number, maxTrials = 20) {
  const tried: number[] = []
  const found = await findSaturation({
    start,
    maxTrials,
    async keepsUp(perSecond) {
      tried.push(perSecond)
      return perSecond <= limit
    },
  })
  return { found, tried }
}

it.each([1_000, 2_900, 3_000, 3_001, 20_000])("finds what a site keeps up with, from a guess of %i", async (start) => {
  const { found, tried } = await search(3_000, start)
  expect(found).toBeLessThanOrEqual(3_000)
  expect(found).toBeGreaterThan(3_000 / 1.06)
  expect(tried.length).toBeLessThan(15)
})

it("gives up after so many trials, with the best that it saw", async () => {
  expect(await search(3_000, 1_000, 3)).toEqual({ found: 1_440, tried: [1_000, 1_200, 1_440] })
  expect((await search(3_000, 4_000, 1)).found).toBe(0)
})

it("finds nothing where a site keeps up with nothing", async () => {
  expect((await search(0, 1_000, 5)).found).toBe(0)
})
