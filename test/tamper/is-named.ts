import type { Kind, Tampered } from "./kind.ts"
import type { Told } from "./verify-file.ts"

// Said of the log as a whole, beside what is said of its events.
const OF_ALL: readonly string[] = ["checkpoint_missing", "prune_unrecorded"]

/** Whether the first finding that is about an event is about the first one that was touched, and calls by its name what was done. */
export function isNamed(
  { codes }: Pick<Kind, "codes">,
  { first, isExact = true }: Tampered,
  findings: readonly Told[],
): boolean {
  const told = findings.find(({ code }) => codes.includes(code))
  if (told === undefined) return false
  if (first === null) return true
  const earlier = findings.slice(0, findings.indexOf(told)).filter(({ code }) => !OF_ALL.includes(code))
  if (earlier.length > 0 || told.index === undefined) return false
  if (isExact) return told.index === first
  // Of a log that is too short nothing is left to compare with, so it is anywhere before the size that was signed.
  const isAfter = told.code !== "log_cut" && told.index > first
  return !isAfter && (told.size === undefined || first < told.size)
}
