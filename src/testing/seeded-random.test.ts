import { describe, expect, it } from "vitest"
import { createSeededRandom } from "./seeded-random.ts"

describe("seeded random", () => {
  it("gives the same bytes for the same seed, and others for another", () => {
    const [one, same, other] = [createSeededRandom(1), createSeededRandom(1), createSeededRandom(2)]
    const bytes = [one.bytes(40), one.bytes(40)]
    expect([same.bytes(40), same.bytes(40)]).toEqual(bytes)
    expect(bytes[0]).not.toEqual(bytes[1])
    expect(other.bytes(40)).not.toEqual(bytes[0])
  })

  it("gives as many bytes as were asked for", () => {
    const random = createSeededRandom("lengths")
    for (const length of [0, 1, 31, 32, 33, 100]) expect(random.bytes(length)).toHaveLength(length)
  })
})
