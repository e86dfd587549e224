import { expect, it } from "vitest"
import { trimBlanks } from "./trim-blanks.ts"

it("takes spaces and tabs from both ends and from nowhere else", () => {
  expect(trimBlanks(" \t a \t b\t ")).toBe("a \t b")
  expect(trimBlanks(" \t ")).toBe("")
  expect(trimBlanks("")).toBe("")
})

it("leaves line breaks and Unicode's spaces, which can tell two names apart", () => {
  for (const space of ["\n", "\r", "\v", "\f", "\u00a0", "\u2003", "\u2028", "\u3000", "\ufeff"]) {
    expect(trimBlanks(` ${space}a${space} `)).toBe(`${space}a${space}`)
  }
})
