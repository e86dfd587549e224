import { setTimeout as pause } from "node:timers/promises"
import type { Point } from "./points.ts"
import type { Act } from "./round.ts"

const DEATH_WITHIN_MS = 90_000

/** Kills a process at each of these points, two at a time, while the others go on. */
export function killAt(points: readonly Point[], mayLinger: boolean): Act {
  return async (round) => {
    const { fleet } = round
    // Now and then the second or third time that it gets there, so that deaths meet different moments of the others.
    const times = () => (mayLinger ? 1 + Math.floor(Math.random() * 3) : 1)
    await fleet.condemn(points.map((point) => ({ point, times: times() })))
    let [died, since] = [0, Date.now()]
    while (!fleet.isThrough && Date.now() - since < DEATH_WITHIN_MS) {
      await pause(20)
      if (fleet.deaths.length === died) continue
      died = fleet.deaths.length
      // Now and then the lease that a dead process took along runs out by itself.
      if (died % 4 !== 0) await round.database.endLease()
      since = Date.now()
      if (died % 10 === 1) await round.keepLog()
    }
    return null
  }
}
