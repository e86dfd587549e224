import { describe, expect, it } from "vitest"
import { de } from "./de.ts"
import { en } from "./en.ts"

describe("device", () => {
  it.each([
    ["Firefox on Windows", "Firefox unter Windows"],
    ["a browser on iOS", "ein Browser unter iOS"],
    ["a browser", "ein Browser"],
    ["Safari", "Safari"],
    ["Opera on Coast on iOS", "Opera on Coast unter iOS"],
    ["", ""],
  ])("says %s in German as %s, and in English as it is kept", (label, german) => {
    expect(de.device(label)).toBe(german)
    expect(en.device(label)).toBe(label)
  })
})
