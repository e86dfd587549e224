import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { pickLocale, wordsFor } from "./words-for.ts"

describe("pickLocale", () => {
  it.each([
    ["de", "de"],
    ["DE-at", "de"],
    ["de-DE,de;q=0.9,en;q=0.8", "de"],
    ["en-GB,en;q=0.9,de;q=0.8", "en"],
    ["fr-FR,fr;q=0.9,de;q=0.5", "de"],
    ["en;q=0.2 , de ; q=0.3", "de"],
    ["de;q=0.5,en;q=0.5", "de"],
    ["en;q=0.5,de;q=0.5", "en"],
    ["de;Q=1.000", "de"],
  ] as const)("reads %s as %s", (header, locale) => {
    expect(pickLocale(header)).toBe(locale)
  })

  it.each([
    null,
    "",
    "fr",
    "*",
    "den",
    "deutsch",
    "de;q=0",
    "de;q=0.000",
    "de;q=2",
    "de;q=-1",
    "de;q=1e0",
    "de;q=",
    ",;,;q=1",
  ])("falls back to English for %s", (header) => {
    expect(pickLocale(header)).toBe("en")
  })

  it("takes an unknown language's wildcard as English", () => {
    expect(pickLocale("*;q=0.9,de;q=0.1")).toBe("en")
    expect(pickLocale("*;q=0.1,de;q=0.9")).toBe("de")
  })

  it("answers any header with a language that there is", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (header) => ["en", "de"].includes(pickLocale(header))))
  })
})

describe("wordsFor", () => {
  it("finds each language, and English for any other", () => {
    expect(wordsFor("de").locale).toBe("de")
    expect(wordsFor("en").locale).toBe("en-GB")
    expect(wordsFor("constructor").locale).toBe("en-GB")
  })
})
