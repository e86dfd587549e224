import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { deviceLine, plainLine } from "./plain-line.ts"

describe("plainLine", () => {
  it("keeps names as they are written", () => {
    for (const name of ["Bücher & Söhne", "نامه‌ها", "क्‍ष", "Ada's 👩‍💻 Shop", "a<b>"])
      expect(plainLine(name, 100)).toBe(name)
  })

  it("makes one line of several and drops what doesn't print (EML-1)", () => {
    expect(plainLine(" a\r\nb\0c\u2028d\u202ee\u0085f\t g\ud800 ", 100)).toBe("a b c d e f g")
  })

  it("leaves no encoded word for a reader to decode (EML-1)", () => {
    expect(plainLine("=?utf-8?q?=0D=0ABcc:_eve?=", 100)).not.toContain("=?")
  })

  it("ends at the limit, never inside a character", () => {
    expect(plainLine("👍👍👍", 2)).toBe("👍👍")
  })

  it("is one short printable line for any text (EML-1)", () => {
    const property = fc.property(fc.string({ unit: "binary" }), (text) => {
      const line = plainLine(text, 40)
      expect(line).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202e]/u)
      expect(Array.from(line).length).toBeLessThanOrEqual(40)
      expect(plainLine(line, 40)).toBe(line)
    })
    fc.assert(property, { numRuns: 1_000 })
  })
})

describe("deviceLine", () => {
  it.each(["Firefox 128.0 on Linux", "Safari on iPhone (iOS 18.1)", "Яндекс Браузер on Windows"])(
    "keeps %j",
    (device) => {
      expect(deviceLine(device)).toBe(device)
    },
  )

  it("leaves nothing that a mail reader would make a link of (EML-3)", () => {
    const text = "Call +1, write to eve@evil.example or see https://evil.example/x?a=1 www.evil.example <b>"
    expect(deviceLine(text)).toBe("Call +1, write to eve evil example or see https evil example")
  })

  it("has no mark of a link, a header or a tag in it, whatever a browser says (EML-3)", () => {
    const property = fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(deviceLine(text)).not.toMatch(/[@:/<>"'&?=\r\n]|\.(?!\p{N})|(?<!\p{N})\./u)
    })
    fc.assert(property, { numRuns: 1_000 })
  })
})
