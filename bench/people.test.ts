import { expect, it } from "vitest"
import { isInSample } from "./contenders/sample.ts"
import { People } from "./people.ts"

it("lets everybody ask once before anybody asks again, each time from another address", () => {
  const people = new People(1_000)
  const first = people.peek(1_000)
  people.pass(1_000)
  const second = people.peek(1_000)
  expect(new Set(first.map(({ email }) => email)).size).toBe(1_000)
  expect(second.map(({ email }) => email)).toEqual(first.map(({ email }) => email))
  expect(new Set([...first, ...second].map(({ ip }) => ip)).size).toBe(2_000)
})

it("goes on with who didn't get to ask", () => {
  const people = new People(1_000)
  const [, second] = people.peek(2)
  people.pass(1)
  expect(people.peek(1)).toEqual([second])
})

it("takes a sample from all over the tables, of just the size that was asked for", () => {
  const inSample = (count: number, sample: number) =>
    Array.from({ length: count }, (_, index) => index).filter((index) => isInSample(index, count, sample))
  expect(inSample(10, 10)).toHaveLength(10)
  expect(inSample(1_000, 0)).toHaveLength(0)
  expect(inSample(1_000, 4)).toEqual([0, 250, 500, 750])
  expect(inSample(1_000, 333)).toHaveLength(333)
})
