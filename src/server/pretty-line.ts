import { styleText } from "node:util"

type Style = Parameters<typeof styleText>[0]

const LEVEL_STYLES: Readonly<Record<string, Style>> = { debug: "gray", info: "green", warn: "yellow", error: "red" }

/** A line of the JSON log for a person at a terminal: `12:30:05 warn  send_failed reason=timeout attempt=2`. */
export function prettyLine(line: string): string {
  const { time, level, event, ...fields } = JSON.parse(line) as Record<string, unknown>
  const shown = event === "auth_event" ? eventFields(fields) : fields
  const said = Object.entries(shown).map(([name, value]) => `${styleText("gray", `${quote(name)}=`)}${quote(value)}`)
  const clock = new Date(String(time)).toTimeString().slice(0, 8)
  const style = LEVEL_STYLES[String(level)] ?? "white"
  return (
    `${styleText("gray", clock)} ${styleText(style, String(level).padEnd(5))} ${quote(event)} ${said.join(" ")}`.trimEnd() +
    "\n"
  )
}

// Who did what from where, and why: ids are for searching, which the JSON log is there for.
function eventFields({ type, email, ip, detail }: Record<string, unknown>): Record<string, unknown> {
  const own = { type, email, ip }
  const said = Object.entries({ ...own, ...(detail as object | undefined), ...own })
  return Object.fromEntries(said.filter(([name, value]) => value != null && !name.endsWith("Id")))
}

// Everything but plain printable text goes through JSON, which escapes what a terminal would obey. A masked address
// stays readable: its "…" is the one other character that there is.
export function quote(value: unknown): string {
  if (typeof value === "string" && /^[\x21-\x7e…]+$/.test(value)) return value
  return JSON.stringify(value).replace(
    /[\u007f-\u2025\u2027-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
}
