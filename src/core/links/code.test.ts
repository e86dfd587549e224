import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Random, systemRandom } from "../random.ts"
import { type Code, createCode, hashCode, parseCode } from "./code.ts"
import type { FlowHash } from "./flow.ts"

/** Gives these numbers as 32 bits each, one after the other. */
function scripted(...numbers: number[]): Random {
  return {
    bytes(length) {
      expect(length).toBe(4)
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(numbers.shift() ?? 0)
      return bytes
    },
  }
}

describe("a code", () => {
  it("is six digits, with zeros in front", () => {
    expect(createCode(scripted(0))).toBe("000000")
    expect(createCode(scripted(42))).toBe("000042")
    expect(createCode(scripted(1_999_999))).toBe("999999")
  })

  it("is drawn again past the last whole million, or low codes would come more often (TOK-1)", () => {
    expect(createCode(scripted(4_293_999_999))).toBe("999999")
    expect(createCode(scripted(4_294_000_000, 7))).toBe("000007")
    expect(createCode(scripted(4_294_967_295, 4_294_967_295, 8))).toBe("000008")
  })

  it("is as often one as the other", () => {
    const drawn = 20_000
    const counts = new Array<number>(100).fill(0)
    for (let index = 0; index < drawn; index += 1) {
      const bucket = Math.floor(Number(createCode(systemRandom)) / 10_000)
      counts[bucket] = (counts[bucket] ?? 0) + 1
    }
    const expected = drawn / counts.length
    const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    // 99 degrees of freedom: beyond 200 once in a hundred million runs.
    expect(chiSquared).toBeLessThan(200)
  })
})

describe("what a person types", () => {
  it.each([
    ["123456", "123456"],
    ["123 456", "123456"],
    ["123-456", "123456"],
    [" 1 2 3 4 5 6\n", "123456"],
    ["12\u00a03456", "123456"],
    ["000000", "000000"],
  ])("as %j is the code %j", (text, code) => {
    expect(parseCode(text)).toBe(code)
  })

  it.each([
    "",
    "12345",
    "1234567",
    "12345a",
    "+12345",
    "12.456",
    "1e5000",
    "0x1234",
    "１２３４５６",
    "١٢٣٤٥٦",
    "123456\0",
    "123456;",
  ])("as %j is no code", (text) => {
    expect(parseCode(text)).toBeNull()
  })

  it("is either null or six ASCII digits", () => {
    const character = fc.oneof(
      fc.constantFrom(..."0123456789 -"),
      fc.nat(0xffff).map((code) => String.fromCharCode(code)),
    )
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 9 }), (text) => {
        expect(parseCode(text) ?? "000000").toMatch(/^[0-9]{6}$/)
      }),
    )
  })
})

describe("the hash of a code", () => {
  const flow = "f".repeat(43) as FlowHash
  const secret = "s".repeat(32)
  const hash = (code: string, flowHash: string = flow, key: string = secret) =>
    hashCode(code as Code, flowHash as FlowHash, key)

  it("is HMAC-SHA-256 under the server's secret", () => {
    expect(hash("123456")).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(hash("123456")).toBe(hash("123456"))
  })

  it("is another one for another code, flow or secret, so a table can't be tried against (P3)", () => {
    const hashes = [
      hash("123456"),
      hash("123457"),
      hash("123456", "g".repeat(43)),
      hash("123456", flow, "t".repeat(32)),
    ]
    expect(new Set(hashes).size).toBe(4)
  })
})
