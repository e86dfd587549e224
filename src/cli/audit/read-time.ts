// A time of day without a zone is another one on every machine.
const SHAPE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/

/** A day (as it begins in UTC) or a time of ISO 8601, in milliseconds since the epoch; null where it is neither. */
export function readTime(text: string): number | null {
  const at = SHAPE.test(text) ? Date.parse(text) : Number.NaN
  // `Date.parse` takes the 31st of February for the 3rd of March.
  const isDay = !Number.isNaN(at) && new Date(`${text.slice(0, 10)}T00:00Z`).toISOString().startsWith(text.slice(0, 10))
  return isDay ? at : null
}
