import { html } from "hono/html"
import type { Words } from "../../core/words/words.ts"
import type { Page } from "./layout.ts"

const formats = new Map<string, Intl.DateTimeFormat>()

/** "21 Nov 2026, 10:42 UTC". The server can't know the reader's time zone, so it names its own. */
export function time(words: Words, at: number): Page {
  const date = new Date(at)
  return html`<time datetime="${date.toISOString()}">${formatFor(words.locale).format(date)} UTC</time>`
}

// Making a format costs a hundred times what using it does, and an account page uses many.
function formatFor(locale: string): Intl.DateTimeFormat {
  const known = formats.get(locale)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: "UTC",
  })
  formats.set(locale, format)
  return format
}
