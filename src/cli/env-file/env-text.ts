import { isDeepStrictEqual, parseEnv } from "node:util"

const BARE = /^[\w.@:/,+=%-]*$/

/** What a file of settings says, as Node and so the server reads it. */
export function readEnvText(text: string): Readonly<Record<string, string | undefined>> {
  return parseEnv(text)
}

/**
 * The text of a file of settings with another value for one of them: in its place, between its own quotes, or at the end
 * where it doesn't stand yet. All else stays as it is, to the byte. Null where that can't be done without changing what
 * another line means, as Node reads it.
 */
export function setInEnvText(text: string, name: string, value: string): string | null {
  const before = readEnvText(text)
  const wanted = { ...before, [name]: value }
  const isRight = (changed: string) => isDeepStrictEqual({ ...readEnvText(changed) }, wanted)
  // Which of several counts, and which is but a line of a text in quotes: Node's own reading is the judge.
  for (const place of placesOf(text, name)) {
    const changed = writings(value, place.quote)
      .map((writing) => text.slice(0, place.start) + writing + text.slice(place.end))
      .find(isRight)
    if (changed !== undefined) return changed
  }
  if (before[name] !== undefined) return null
  return (
    appendLines(
      text,
      writings(value, "").map((writing) => `${name}=${writing}`),
    ).find(isRight) ?? null
  )
}

/** Lines at the end of a text, with the line ends that it has. */
export function appendToEnvText(text: string, lines: readonly string[]): string {
  return appendLines(text, [lines.join("\n")])[0] ?? text
}

function appendLines(text: string, choices: readonly string[]): readonly string[] {
  const end = text.includes("\r\n") ? "\r\n" : "\n"
  const start = text === "" || text.endsWith("\n") ? text : text + end
  return choices.map((choice) => start + choice.replaceAll("\n", end) + end)
}

interface Place {
  /** Of the value, with its quotes. */
  readonly start: number
  readonly end: number
  readonly quote: string
}

function placesOf(text: string, name: string): readonly Place[] {
  const assignment = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*`, "gm")
  return [...text.matchAll(assignment)].map(({ index, 0: head }) => {
    const start = index + head.length
    const quote = /^["'`]/.exec(text.slice(start))?.[0] ?? ""
    const close = quote === "" ? -1 : text.indexOf(quote, start + 1)
    if (close !== -1) return { start, end: close + 1, quote }
    const [value = ""] = /^[^#\r\n]*/.exec(text.slice(start)) ?? []
    return { start, end: start + value.trimEnd().length, quote: "" }
  })
}

/** Every way to write a value, the likeliest first. None has escapes, so that a shell reads the same as Node. */
function writings(value: string, quote: string): readonly string[] {
  const quoted = [quote, '"', "'", "`"]
    .filter((mark) => mark !== "" && !value.includes(mark) && !(mark === '"' && /[\\$`]/.test(value)))
    .map((mark) => mark + value + mark)
  return quote === "" && BARE.test(value) ? [value, ...quoted] : quoted
}
