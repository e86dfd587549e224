import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { systemRandom } from "./random.ts"

describe("random bytes", () => {
  it("never come twice: 100 000 secrets of 32 bytes, and every bit as often set as not (TOK-1)", () => {
    const draws = 100_000
    const seen = new Set<string>()
    const ones = new Uint32Array(256)
    for (let draw = 0; draw < draws; draw += 1) {
      const bytes = systemRandom.bytes(32)
      seen.add(bytes.toString("latin1"))
      for (let bit = 0; bit < 256; bit += 1) {
        ones[bit] = (ones[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1)
      }
    }
    expect(seen.size).toBe(draws)
    // Seven standard deviations: one bit of the 256 strays so far once in a billion runs.
    const tolerance = 7 * Math.sqrt(draws / 4)
    expect(Math.max(...ones)).toBeLessThan(draws / 2 + tolerance)
    expect(Math.min(...ones)).toBeGreaterThan(draws / 2 - tolerance)
  })

  it("are spread over all byte values", () => {
    const counts = new Array<number>(256).fill(0)
    const bytes = systemRandom.bytes(256_000)
    for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1
    const chiSquared = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0)
    // 255 degrees of freedom: outside of these bounds less than once in a hundred million runs.
    expect(chiSquared).toBeGreaterThan(145)
    expect(chiSquared).toBeLessThan(400)
  })

  it("are as many as were asked for, around the size of the pool", () => {
    for (const length of [0, 1, 31, 32, 8_191, 8_192, 8_193, 20_000]) {
      expect(systemRandom.bytes(length)).toHaveLength(length)
    }
  })

  it("are none of them left unfilled, however the pool is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 16, max: 8_192 }), { minLength: 1, maxLength: 20 }), (lengths) => {
        for (const length of lengths) expect(systemRandom.bytes(length).some((byte) => byte !== 0)).toBe(true)
      }),
    )
  })

  it("belong to the caller: wiping them leaves the next ones alone", () => {
    const first = systemRandom.bytes(32)
    const second = systemRandom.bytes(32)
    const copy = Buffer.from(second)
    first.fill(0)
    expect(second.equals(copy)).toBe(true)
    expect(systemRandom.bytes(32).equals(Buffer.alloc(32))).toBe(false)
  })
})
