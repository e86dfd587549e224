import type { ExportedEvent } from "./exported-event.ts"

/** One line for a list of events: `Consume failed: expired`. */
export function eventMessage(event: ExportedEvent): string {
  if (event.state === "missing") return `An event of the sealed log is missing: index ${event.index}`
  const { type, detail, state } = event
  const ours = `${type.slice(0, 1).toUpperCase()}${type.slice(1).replaceAll("_", " ")}`
  const says = type.includes(".") ? type : ours
  const why = typeof detail["reason"] === "string" ? `${says}: ${detail["reason"]}` : says
  return state === "altered" ? `${why} (it isn't what was sealed)` : why
}
