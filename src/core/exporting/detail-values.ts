// Whoever may write events may write false ones, and they are sealed as they are: a member of a detail can be anything.

/** A member of a detail that is a text, or nothing. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined
}

/** A member that counts something, or nothing. */
export function countOf(value: unknown): number | undefined {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 2 ** 31 - 1 ? Number(value) : undefined
}
