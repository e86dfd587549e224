import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { storableText } from "./storable-text.ts"

describe("storable text", () => {
  it.each([
    ["", ""],
    ["a\0b", "a\ufffdb"],
    ["\0\0", "\ufffd\ufffd"],
    ["\ud800", "\ufffd"],
    ["\udc00\ud800", "\ufffd\ufffd"],
    ["🎈\0", "🎈\ufffd"],
    ["\\u0000 '\"; --\u0001\u007f\uffff", "\\u0000 '\"; --\u0001\u007f\uffff"],
  ])("of %j is %j", (text, storable) => {
    expect(storableText(text)).toBe(storable)
  })

  it("comes back from UTF-8 as it was, without a NUL", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const storable = storableText(text)
        expect(Buffer.from(storable).toString()).toBe(storable)
        expect(storable).not.toContain("\0")
        expect(storableText(storable)).toBe(storable)
      }),
    )
  })
})
