import { type ExportedEvent, isLost } from "./exported-event.ts"

const LOST = {
  missing: "An event of the sealed log is missing",
  unreadable: "An event of the sealed log can't be read",
} as const

/** One line for a list of events: `Consume failed: expired`. */
export function eventMessage(event: ExportedEvent): string {
  if (isLost(event)) return `${LOST[event.state]}: index ${event.index}`
  const { type, detail, state } = event
  const says = `${type.slice(0, 1).toUpperCase()}${type.slice(1).replaceAll("_", " ")}`
  const why = typeof detail["reason"] === "string" ? `${says}: ${detail["reason"]}` : says
  return state === "altered" ? `${why} (it isn't what was sealed)` : why
}
