import { de } from "./de.ts"
import { en } from "./en.ts"
import type { Words } from "./words.ts"

/** The languages that there are words for. */
export type Locale = "en" | "de"

/** The words of a locale that `pickLocale` chose and a request kept; English for any other. */
export function wordsFor(locale: string): Words {
  return locale === "de" ? de : en
}

/**
 * The language that a browser likes best of those there are (RFC 9110 §12.5.4): the highest quality wins, the earlier
 * one of equals. English where it names none of them.
 */
export function pickLocale(acceptLanguage: string | null): Locale {
  let best: { readonly locale: Locale; readonly quality: number } = { locale: "en", quality: 0 }
  for (const item of (acceptLanguage ?? "").split(",")) {
    const locale = localeOf(item)
    const quality = qualityOf(item)
    if (locale !== null && quality > best.quality) best = { locale, quality }
  }
  return best.locale
}

function localeOf(item: string): Locale | null {
  const range = item.split(";", 1)[0]?.trim().toLowerCase() ?? ""
  if (range === "*") return "en"
  const language = range.split("-", 1)[0]
  return language === "en" || language === "de" ? language : null
}

// A weight that can't be read drops the item: guessing 1 would let a broken header choose the language.
function qualityOf(item: string): number {
  const [, ...parameters] = item.split(";")
  const weight = parameters
    .map((parameter) => parameter.trim().toLowerCase())
    .find((parameter) => parameter.startsWith("q="))
  if (weight === undefined) return 1
  return /^q=(0(\.[0-9]{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight.slice(2)) : 0
}
