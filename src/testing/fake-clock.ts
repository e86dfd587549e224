import type { Clock } from "../core/clock.ts"

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves the clock on by `ms`, and returns the new time. */
  advance(ms: number): number
  /** Sets the clock to `at`, milliseconds since the epoch; backwards too, as real clocks do. */
  set(at: number): void
}

export function createFakeClock(start = Date.UTC(2026, 0, 5, 9)): FakeClock {
  let now = start
  return {
    now: () => now,
    advance: (ms) => (now += ms),
    set: (at) => {
      now = at
    },
  }
}
