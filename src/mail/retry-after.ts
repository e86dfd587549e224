import { MINUTE, SECOND } from "../core/clock.ts"

const LONGEST = MINUTE

/** The milliseconds of a `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), at most a minute; null for none. */
export function readRetryAfter(text: string | null, now: number): number | null {
  if (text === null) return null
  const wait = /^[0-9]{1,9}$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), LONGEST)
}
