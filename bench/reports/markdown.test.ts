import { expect, it } from "vitest"
import { markdownTable, showNumber, showRate, showRatio } from "./markdown.ts"

it("writes a table, and keeps a bar inside its cell", () => {
  expect(markdownTable(["", "a"], [["b|c", "1"]])).toBe("|  | a |\n|---|---|\n| b\\|c | 1 |")
})

it("groups the digits of a rate by threes", () => {
  expect(showRate(1_234_567.6)).toBe("1 234 568")
  expect(showRate(999)).toBe("999")
})

it("gives three digits of what is small, and no fractions of what is large", () => {
  expect(showNumber(0.123)).toBe("0.12")
  expect(showNumber(12.34)).toBe("12.3")
  expect(showNumber(1_234.5)).toBe("1235")
})

it("says how many times as much ours is", () => {
  expect(showRatio(500, 200)).toBe("2.50 ×")
  expect(showRatio(500, 0)).toBe("")
})
