/** Where "now" comes from. Time is an argument everywhere else, so that a test can own it. */
export interface Clock {
  /** Milliseconds since the Unix epoch, UTC. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** ISO 8601 in UTC, with milliseconds: for programs. */
export const isoTime = (at: number): string => new Date(at).toISOString()

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
