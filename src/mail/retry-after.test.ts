import { describe, expect, it } from "vitest"
import { readRetryAfter } from "./retry-after.ts"

const now = Date.UTC(2026, 10, 21, 9, 57)

describe("readRetryAfter", () => {
  it.each([
    ["0", 0],
    ["7", 7_000],
    ["3600", 60_000],
    ["Sat, 21 Nov 2026 09:57:20 GMT", 20_000],
    ["Sat, 21 Nov 2026 11:57:20 GMT", 60_000],
    ["Fri, 20 Nov 2026 09:57:20 GMT", 0],
    ["soon", null],
    ["", null],
    [null, null],
  ])("reads %j as %j ms", (text, wait) => {
    expect(readRetryAfter(text, now)).toBe(wait)
  })
})
