import { styleText } from "node:util"

type Style = Parameters<typeof styleText>[0]

const LEVEL_STYLES: Readonly<Record<string, Style>> = { debug: "gray", info: "green", warn: "yellow", error: "red" }

/** A line of the JSON log for a person at a terminal: `12:30:05 warn  send_failed reason=timeout attempt=2`. */
export function prettyLine(line: string): string {
  const { time, level, event, ...fields } = JSON.parse(line) as Record<string, unknown>
  const said = Object.entries(fields).map(([name, value]) => `${styleText("gray", `${name}=`)}${quote(value)}`)
  const clock = new Date(String(time)).toTimeString().slice(0, 8)
  const style = LEVEL_STYLES[String(level)] ?? "white"
  return (
    `${styleText("gray", clock)} ${styleText(style, String(level).padEnd(5))} ${quote(event)} ${said.join(" ")}`.trimEnd() +
    "\n"
  )
}

// Everything but plain printable text goes through JSON, which escapes what a terminal would obey.
function quote(value: unknown): string {
  if (typeof value === "string" && /^[\x21-\x7e]+$/.test(value)) return value
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
}
