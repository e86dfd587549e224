import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { hashLeaf } from "../tree/hash.ts"
import { canonicalJson, type LeafRow, leafOf } from "./leaf.ts"
import { leafHashOf } from "./leaf-hash.ts"
import { writeFlatObject } from "./write-flat-object.ts"

const ROW: LeafRow = {
  id: "019aa5c2-77b2-7e62-8b53-5f0d3f7f9a11",
  at: 1_763_700_000_000,
  type: "link_sent",
  userId: null,
  detail: '{"requestId":"r","linkId":"l","attempt":1,"transport":"smtp"}',
  commitment: "LVGz_mxQFQnBbDgNICv3j9b2UyP5_Oy2qc-k12N5jp0",
}

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.constantFrom('"', "\\", "\u007f", "é", "\ud800"),
)
const flatValue = fc.oneof(
  text,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(0, 1e15, 123_456_789_012_345, -0),
)
const flatObject = fc.dictionary(fc.oneof(text, fc.constantFrom("a", "ab", "a!", "__proto__", "1", "10")), flatValue, {
  maxKeys: 40,
})
const detail = fc.oneof(
  flatObject.map((value) => JSON.stringify(value)),
  flatObject.map((value) => JSON.stringify(value, null, 1).replaceAll("\n", "")),
  fc.json(),
  fc.string(),
)

/** What the quick way writes, or null where it leaves the object to the parser. */
function written(json: string): string | null {
  const target = Buffer.alloc(8_192)
  const end = writeFlatObject(target, 0, json)
  return end === -1 ? null : target.toString("utf8", 0, end)
}

describe("the hash of a leaf", () => {
  it("is that of the leaf, whatever stands in the row", () => {
    const row = fc.record({
      id: text,
      at: fc.oneof(
        fc.integer({ min: 1e12, max: 1e13 }),
        fc.maxSafeInteger(),
        fc.constantFrom(1e12 - 1, 1e12, 1e13 - 1, 1e13),
      ),
      type: text,
      userId: fc.option(text),
      detail,
      commitment: fc.option(text),
    })
    fc.assert(
      fc.property(row, (one) => leafHashOf(one) === hashLeaf(leafOf(one))),
      { numRuns: 2_000 },
    )
  })

  it("doesn't depend on what was hashed before", () => {
    const long = { ...ROW, detail: JSON.stringify({ note: "x".repeat(3_000) }), type: "y".repeat(4_000) }
    for (const row of [
      long,
      ROW,
      { ...ROW, detail: "{" },
      { ...ROW, detail: '{"a":"b"' },
      { ...ROW, userId: "z".repeat(9_000) },
      ROW,
    ])
      expect(leafHashOf(row)).toBe(hashLeaf(leafOf(row)))
  })
})

describe("a flat object written straight away", () => {
  it("is what a parser makes of it, or left to one", () => {
    fc.assert(
      fc.property(detail, (json) => {
        const quick = written(json)
        if (quick !== null) expect(quick).toBe(canonicalJson(JSON.parse(json)))
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['{"b":"x","a":1}', '{"a":1,"b":"x"}'],
    ['{"b" : "x", "a" : 10, "c" : true}', '{"a":10,"b":"x","c":true}'],
    ['{"ab":null,"a":false,"a!":0}', '{"a":false,"a!":0,"ab":null}'],
    ["{}", "{}"],
  ])("takes %s, as our databases write it", (json, canonical) => {
    expect(written(json)).toBe(canonical)
  })

  it.each([
    '{"a":1,"a":2}',
    '{"a":01}',
    '{"a":-0}',
    '{"a":1.5}',
    '{"a":1e3}',
    '{"a":"\\u0041"}',
    '{"a":"é"}',
    '{"a":{}}',
    '{"a":[1]}',
    '{"a":1,}',
    '{"a":1}x',
    ' {"a":1}',
    '{"a" 1}',
    '{"a":tru}',
    '{"a":nul"}',
    '{"a":}',
    "{,}",
    '{"a":"b}',
    '"a"',
    "",
    "{",
    "}",
    '{"a":1000000000000000}',
  ])("leaves %s to a parser", (json) => {
    expect(written(json)).toBeNull()
  })
})
