import { expect } from "vitest"
import { HOUR, SECOND } from "../../../src/core/clock.ts"
import { START } from "../../../src/testing/contract/steps/ask.ts"
import type { Races } from "./field.ts"
import type { Order } from "./order.ts"
import { disable, mailAll, newAddresses, type Person, press, signInAll, signOut } from "./orders.ts"
import { machineTime } from "./racer.ts"

const PEOPLE = 24

export const sessionRaces: Races = {
  "find no session live once its end was answered, in any process (P10)": async (field) => {
    const at = START + 10 * SECOND
    const people = await signInAll(field, PEOPLE)
    const mails = await mailAll(
      field,
      newAddresses(PEOPLE).map((address) => ({ address })),
    )
    const endings = people.map((person, i) => ending(person, i, mails[i]))
    const answeredAt: number[] = []
    const watch = { tokenHashes: people.map(({ tokenHash }) => tokenHash), at, patienceMs: field.staleMs + 10 * SECOND }
    const watched = await field.racers.watch(watch, async () => {
      for (const one of endings) {
        await field.decide(one)
        answeredAt.push(machineTime())
      }
    })
    for (const lastLive of watched) {
      const tooLong = lastLive.map((begun, i) => begun - (answeredAt[i] ?? 0) - field.staleMs).filter((ms) => ms > 0)
      expect(tooLong).toEqual([])
      expect(lastLive.filter((begun) => begun === 0)).toEqual([])
    }
  },
}

/** All the ways in which a session ends before its time. */
function ending(
  { user, sessionId, tokenHash }: Person,
  i: number,
  mail: Parameters<typeof press>[0] | undefined,
): Order {
  const at = START + HOUR / 2
  if (i % 4 === 0) return signOut(user.id, at, sessionId)
  if (i % 4 === 1) return signOut(user.id, at)
  if (i % 4 === 2 || mail === undefined) return disable(user.id, at)
  return press(mail, { replaces: tokenHash })
}
