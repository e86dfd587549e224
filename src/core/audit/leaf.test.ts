import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { canonicalJson, type LeafRow, leafOf } from "./leaf.ts"

const ROW: LeafRow = {
  id: "019b8d62-7a80-707f-9f30-de13455d17ef",
  at: 1_767_603_600_000,
  type: "link_sent",
  userId: null,
  detail: '{ "requestId": "r", "attempt": 1, "linkId": "l" }',
  commitment: "LVGz_mxQFQnBbDgNICv3j9b2UyP5_Oy2qc-k12N5jp0",
}

describe("a leaf", () => {
  // As docs/audit-log-format.md has it. Were it to change, no log could be verified any more.
  it("stays what it was when the first logs were sealed", () => {
    expect(leafOf(ROW)).toBe(
      '{"at":1767603600000,"commitment":"LVGz_mxQFQnBbDgNICv3j9b2UyP5_Oy2qc-k12N5jp0","detail":{"attempt":1,"linkId":"l","requestId":"r"},"id":"019b8d62-7a80-707f-9f30-de13455d17ef","type":"link_sent","userId":null,"v":1}',
    )
  })

  it("is canonical JSON of what is in the row, whatever that is", () => {
    const text = fc.string({ unit: "grapheme" }).map((value) => value.toWellFormed())
    const row = fc.record({
      id: text,
      at: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
      type: text,
      userId: fc.option(text),
      detail: fc.dictionary(text, fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean())),
      commitment: fc.option(text),
    })
    fc.assert(
      fc.property(row, ({ detail, ...columns }) => {
        const leaf = leafOf({ ...columns, detail: JSON.stringify(detail, null, 1) })
        expect(leaf).toBe(canonicalJson({ ...columns, detail, v: 1 }))
        expect(JSON.parse(leaf)).toEqual(JSON.parse(JSON.stringify({ ...columns, detail, v: 1 })))
      }),
    )
  })

  it.each(["", "{", "[]", "null", '"text"', "7", '{"a":1}{'])("has a place for what is no object: %s", (detail) => {
    expect(JSON.parse(leafOf({ ...ROW, detail })).detail).toBe(detail)
  })

  it("differs wherever a column does", () => {
    const others: Partial<LeafRow>[] = [
      { id: "x" },
      { at: ROW.at + 1 },
      { type: "link_withheld" },
      { userId: "" },
      { userId: "null" },
      { detail: "{}" },
      { commitment: null },
    ]
    const leaves = [ROW, ...others.map((other) => ({ ...ROW, ...other }))].map(leafOf)
    expect(new Set(leaves).size).toBe(leaves.length)
  })
})

describe("the detail in a leaf", () => {
  const detailOf = (detail: string) => JSON.parse(leafOf({ ...ROW, detail })).detail

  it("is canonical JSON: members in order of UTF-16, numbers as ECMAScript writes them, no blanks", () => {
    const detail =
      '{"total":1250.50,"note":"\\u00c4\\/\\u2028\\u001F","ﬁ":-0,"\\ud83d\\udd11":[1e21, {"b":null,"a":true}]}'
    expect(leafOf({ ...ROW, at: 1, type: "t", id: "i", commitment: null, detail })).toBe(
      '{"at":1,"commitment":null,"detail":{"note":"Ä/\u2028\\u001f","total":1250.5,"🔑":[1e+21,{"a":true,"b":null}],"ﬁ":0},' +
        '"id":"i","type":"t","userId":null,"v":1}',
    )
  })

  it.each(['{"reason":"used","by":"cli"}', '{"by" : "cli", "reason" : "used"}', '{"\\u0062y":"cli","reason":"used"}'])(
    "is the same for what means the same: %s",
    (detail) => {
      expect(leafOf({ ...ROW, detail })).toBe(leafOf({ ...ROW, detail: '{"by":"cli","reason":"used"}' }))
    },
  )

  // Two readers could believe different things of it, and both find its hash in the tree.
  it.each([
    ["names a member twice", '{"reason":"expired","reason":"used"}'],
    ["names one twice in two spellings", '{"reason":"expired","\\u0072eason":"used"}'],
    ["names one twice further in", '{"a":{"reason":1,"reason":1}}'],
    ["has a number that is none", '{"note":1e400}'],
    ["has half a surrogate pair", '{"note":"\\ud800"}'],
    ["has half a surrogate pair for a name", '{"\\uDFFF":1}'],
    ["is deeper than a hundred", `{"a":${"[".repeat(100)}${"]".repeat(100)}}`],
    ["is deeper than the stack", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
    ["is no object", "[1]"],
    ["is no JSON", "{"],
  ])("has the detail as a text where it %s", (_, detail) => {
    expect(detailOf(detail)).toBe(detail)
  })

  it.each([
    '{"a\\":":"\\":","b":":"}',
    '{"note":"\\\\ud800"}',
    '{"__proto__":{"a":1}}',
    '{"a":"{\\"b\\":1,\\"b\\":2}"}',
  ])("takes %s for what it is", (detail) => {
    expect(detailOf(detail)).toEqual(JSON.parse(detail))
  })

  // Node 24's JSON.parse takes the name of the second for that of the first: nodejs/node#63785.
  it.each(["\\u0001", "\\n", "\\u0041", '\\"'])(
    "doesn't depend on what was read before it, with the name %s",
    (name) => {
      const detail = `{"h":1,"${name}":2}`
      const leaf = leafOf({ ...ROW, detail })
      for (const poison of ['{"h":1,"\\\\":0}', '{"\\\\":0}']) leafOf({ ...ROW, detail: poison })
      JSON.parse('{"h":[],"\\\\":0}')
      expect(leafOf({ ...ROW, detail })).toBe(leaf)
      expect(leaf).toContain(canonicalJson({ h: 1, [JSON.parse(`"${name}"`)]: 2 }))
    },
  )
})
