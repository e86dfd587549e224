import type { Check } from "./check-parts.ts"

const TOLERATED_MS = 2_000

/**
 * Time comes from the clock of the process that decides (decisions/045), and the database stands between all of them: what it
 * said the time was, and when by our clock it was asked and had answered, in milliseconds since the epoch.
 */
export function checkClock(databaseNow: number, askedAt: number, answeredAt: number): Check {
  // It looked at its clock at some moment between the two.
  const ahead = Math.max(0, askedAt - databaseNow)
  const behind = Math.max(0, databaseNow - answeredAt)
  if (Math.max(ahead, behind) <= TOLERATED_MS) {
    return { name: "clock", status: "ok", says: "This machine's and the database's agree." }
  }
  const apart = `${(Math.max(ahead, behind) / 1000).toFixed(1)} s ${ahead > 0 ? "ahead of" : "behind"}`
  const says = `This machine's clock is ${apart} the database's. Let both follow a time server.`
  return { name: "clock", status: "warning", says }
}
