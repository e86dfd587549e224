import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { detailJson } from "../audit/detail-json.ts"
import { type LeafRow, leafOf } from "../audit/leaf.ts"
import { hashLeaf } from "../tree/hash.ts"
import { commitmentIn, hashDraft, type LeafDraft } from "./leaf-draft.ts"

/** As SQLite puts it together: columns as they stand there. */
function draftOf({ at, commitment, detail, id, type, userId }: LeafRow): LeafDraft {
  const quoted = (text: string | null) => (text === null ? "null" : `"${text}"`)
  const text = `\0{"at":${at},"commitment":${quoted(commitment)},"detail":${detail},"id":"${id}","type":"${type}","userId":${quoted(userId)},"v":1}`
  // SQLite counts code points.
  return { position: 1, at, text, detailLength: [...detail].length, piiId: null, pii: null, adminDetail: null }
}

const ROW: LeafRow = {
  id: "019aa5c2-77b2-7e62-8b53-5f0d3f7f9a11",
  at: 1_763_700_000_000,
  type: "link_sent",
  userId: "019aa5c2-77b2-7e62-8b53-5f0d3f7f9a12",
  detail: '{"attempt":1,"linkId":"l","requestId":"r","transport":"smtp"}',
  commitment: "LVGz_mxQFQnBbDgNICv3j9b2UyP5_Oy2qc-k12N5jp0",
}

// Pieces of a leaf itself: whoever tampers would try to move the borders between columns.
const piece = fc.constantFrom(
  '"',
  "\\",
  '","type":"',
  '","userId":"',
  '","userId":null,"v":1}',
  ',"id":"',
  "a",
  "é",
  "🔑",
  "\n",
  "null",
  "{}",
  '{"a":1}',
  "x".repeat(43),
)
const hostile = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""))
const row = fc.record({
  id: fc.oneof(fc.constant(ROW.id), hostile),
  at: fc.oneof(fc.constant(ROW.at), fc.constantFrom(1, 1e12, 1e13)),
  type: fc.oneof(fc.constant("link_sent"), hostile),
  userId: fc.option(hostile),
  detail: fc.oneof(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer())).map(detailJson), hostile, fc.json()),
  commitment: fc.option(fc.oneof(fc.constant(ROW.commitment as string), hostile)),
})

describe("a draft of a leaf", () => {
  it("has the hash of the leaf where its row is as ours write it", () => {
    for (const one of [ROW, { ...ROW, userId: null }, { ...ROW, commitment: null }, { ...ROW, detail: "{}" }])
      expect(hashDraft(draftOf(one))).toBe(hashLeaf(leafOf(one)))
    expect(commitmentIn(draftOf(ROW))).toBe(ROW.commitment)
    expect(commitmentIn(draftOf({ ...ROW, commitment: null }))).toBe(null)
  })

  // What makes it safe to believe a draft that has a sealed leaf's hash: no other row has the same draft.
  it("is the leaf of another row never, whatever stands in the columns", () => {
    const rows = fc.array(row, { minLength: 2, maxLength: 6 })
    fc.assert(
      fc.property(rows, (some) => {
        const leaves = new Set(some.map((one) => hashLeaf(leafOf(one))))
        for (const one of some) {
          const hash = hashDraft(draftOf(one))
          if (hash !== null && leaves.has(hash)) expect(hashLeaf(leafOf(one))).toBe(hash)
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it.each([
    ["a type with a border in it", { type: 'a","userId":"eve' }, { type: "a", userId: "eve" }],
    ["an id with a border in it", { id: `${ROW.id}","type":"x` }, {}],
    ["a user with a backslash", { userId: "a\\\\" }, { userId: "a\\" }],
    ["a detail that is a text", { detail: '"abc"' }, { detail: "abc" }],
    [
      "an id that begins in what was the detail",
      { detail: '{"a":1', id: 'Y","type":"Z"},"id":"X' },
      { detail: '{"a":1,"id":"Y","type":"Z"}', id: "X" },
    ],
    ["a detail that goes on", { detail: '{},"id":"x","type":"y","userId":null,"v":1}' }, {}],
    ["a commitment with a border in it", { commitment: `${"x".repeat(20)}","detail":{}` }, {}],
    ["a commitment with a quote", { commitment: `${"x".repeat(41)}\\"` }, { commitment: `${"x".repeat(41)}"` }],
    ["a commitment with a backslash", { commitment: `${"x".repeat(41)}\\\\` }, { commitment: `${"x".repeat(41)}\\` }],
    ["a time of another length", { at: 1 }, {}],
  ])("isn't believed of %s", (_, tampered, sealed) => {
    const hash = hashDraft(draftOf({ ...ROW, ...tampered }))
    expect(hash).not.toBe(hashLeaf(leafOf({ ...ROW, ...sealed })))
    expect(hash === null || hash !== hashLeaf(leafOf(ROW))).toBe(true)
  })
})

describe("a detail as its row keeps it", () => {
  it.each([
    [{ requestId: "r", linkId: "l", attempt: 1 }, '{"attempt":1,"linkId":"l","requestId":"r"}'],
    [{ a: 1, b: null }, '{"a":1,"b":null}'],
    [{}, "{}"],
  ])("has its members in order: %j", (detail, json) => {
    expect(detailJson(detail)).toBe(json)
  })

  it("says the same as before", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (detail) => {
        expect(JSON.parse(detailJson(detail))).toEqual(JSON.parse(JSON.stringify(detail)))
      }),
    )
  })
})
