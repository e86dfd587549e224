import fc from "fast-check"
import type { LeafRow } from "../../src/core/audit/leaf.ts"

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("\u2028", "\u007f", "\u0001", '"', "\\", "ﬁ", "🔑", "\ufffd"),
)
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
)
const value = fc.oneof(text, fc.boolean(), fc.constant(null), number.map(Number))
const written = fc.oneof(
  fc.dictionary(text, value).map((detail) => JSON.stringify(detail)),
  fc.dictionary(text, value).map((detail) => JSON.stringify(detail, null, 1)),
  number.map((one) => `{"n" : ${one}}`),
  fc
    .array(fc.tuple(text, number), { maxLength: 4 })
    .map((members) => `{${members.map(([name, one]) => `${JSON.stringify(name)}:${one}`).join(",")}}`),
  fc.object({ withBigInt: false, maxDepth: 4, values: [value] }).map((detail) => JSON.stringify(detail)),
  fc.string().map((said) => said.toWellFormed()),
  fc.constantFrom(
    '{"a":1e400}',
    '{"a":-0}',
    '{"a":1E5}',
    '{"\\ud800":1}',
    '{"a":"\\uD83D\\uDD11"}',
    '{"a":1,"\\u0061":1}',
    '{"a":01}',
    '{"a":1.}',
    '{"a":NaN}',
    '{"a":Infinity}',
    "{} ",
    "\ufeff{}",
    '{"__proto__":1}',
    `{"a":${"[".repeat(99)}${"]".repeat(99)}}`,
    `{"a":${"[".repeat(100)}${"]".repeat(100)}}`,
    `{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
    '{"a":"\t"}',
    `{"a":${"9".repeat(5_000)}}`,
  ),
)
/** Rows as anybody can write them: details as databases write them, as nobody would, and such as readers of JSON disagree about. */
export const anyRow: fc.Arbitrary<LeafRow> = fc.record({
  id: text,
  at: fc.maxSafeInteger(),
  type: text,
  userId: fc.option(text),
  detail: written,
  commitment: fc.option(text),
})
