import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { firstIdAt, uuidv7 } from "./ids.ts"
import { type Random, systemRandom } from "./random.ts"

const fixed = (hex: string): Random => ({ bytes: () => Buffer.from(hex, "hex") })
const instant = fc.nat({ max: 2 ** 48 - 1 })

describe("a UUIDv7", () => {
  it("is the one of RFC 9562 appendix A.6", () => {
    const random = fixed("ffffffffffff0cc318c4dc0c0c07398f")
    expect(uuidv7(0x017f22e279b0, random)).toBe("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
  })

  it("has its version, its variant and its time, whatever the random bytes are", () => {
    fc.assert(
      fc.property(instant, fc.uint8Array({ minLength: 16, maxLength: 16 }), (at, bytes) => {
        const id = uuidv7(at, { bytes: () => Buffer.from(bytes) })
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(at)
      }),
    )
  })

  it("sorts by the time it was made", () => {
    fc.assert(
      fc.property(instant, instant, (one, other) => {
        fc.pre(one !== other)
        expect(uuidv7(one, systemRandom) < uuidv7(other, systemRandom)).toBe(one < other)
      }),
    )
  })

  it("comes once, also within a millisecond", () => {
    const ids = Array.from({ length: 20_000 }, () => uuidv7(1_800_000_000_000, systemRandom))
    expect(new Set(ids).size).toBe(ids.length)
  })
  it("stands on its side of the first id of any time", () => {
    fc.assert(
      fc.property(instant, instant, (made, at) => {
        expect(uuidv7(made, systemRandom) < firstIdAt(at)).toBe(made < at)
      }),
    )
    expect(uuidv7(2 ** 48 - 2, systemRandom) < firstIdAt(Number.MAX_SAFE_INTEGER)).toBe(true)
  })
})
