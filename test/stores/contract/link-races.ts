import { expect } from "vitest"
import { HOUR, MINUTE } from "../../../src/core/clock.ts"
import type { Redeemed } from "../../../src/core/store.ts"
import { START, someLimit } from "../../../src/testing/contract/steps/ask.ts"
import { finishesBy, type Races, statusOf, tallyOf, times } from "./field.ts"
import { disable, mailAll, newAddresses, press, signInAll, signOut, type, use } from "./orders.ts"

const LINKS = 200
const PRESSES = 64
const LINKS_AT_ONCE = 20

export const linkRaces: Races = {
  [`let one of ${PRESSES} presses of a link in, for each of ${LINKS} links (P1, TOK-3)`]: async (field) => {
    const addresses = newAddresses(LINKS)
    const mails = await mailAll(
      field,
      addresses.map((address) => ({ address })),
    )
    for (let from = 0; from < LINKS; from += LINKS_AT_ONCE) {
      // Each of these limits is taken once for each link, so that who waits for a link holds what another waits for.
      const limits = times(PRESSES, () => someLimit("redeem_client", { max: LINKS_AT_ONCE, windowMs: HOUR }))
      const owners = new Map(
        mails
          .slice(from, from + LINKS_AT_ONCE)
          .flatMap((mail) => limits.map((limit) => [press(mail, { limit }), mail] as const)),
      )
      const finishes = finishesBy(owners, await field.race([...owners.keys()]))
      for (const ofLink of finishes.values()) expect(tallyOf(ofLink)).toEqual({ redeemed: 1, used: PRESSES - 1 })
      expect(finishes.size).toBe(LINKS_AT_ONCE)
    }
  },

  "make one user of two links and two codes of a new address, and let one in (P1, TOK-10)": async (field) => {
    const addresses = newAddresses(60)
    const mails = await mailAll(
      field,
      addresses.flatMap((address) => [{ address }, { address }]),
    )
    const owners = new Map(
      mails.flatMap((mail) =>
        [press(mail), press(mail), type(mail), type(mail)].map((one) => [one, mail.request.address]),
      ),
    )
    for (const [address, finishes] of finishesBy(owners, await field.race([...owners.keys()]))) {
      const { redeemed, used = 0, superseded = 0, ...others } = tallyOf(finishes)
      expect({ redeemed, dead: used + superseded, ...others }).toEqual({ redeemed: 1, dead: 7 })
      const winner = finishes.find((finish) => statusOf(finish) === "redeemed")?.outcome as Redeemed
      expect(winner.isNewUser).toBe(true)
      expect(await field.store.users.find({ address })).toEqual(winner.user)
      expect(await field.store.sessions.list({ userId: winner.user.id, at: START })).toEqual([winner.session])
    }
  },

  "leave no session to who is disabled or signed out everywhere at the same moment (P10)": async (field) => {
    const people = await signInAll(field, 40)
    for (let round = 1; round <= 3; round++) {
      const at = START + round * HOUR
      const mails = await mailAll(
        field,
        people.map(({ user }) => ({ address: user.email, at })),
      )
      const presses = mails.flatMap((mail) => times(3, () => press(mail)))
      const endings = people.map(({ user }, i) => (i % 2 === 0 ? disable(user.id, at) : signOut(user.id, at)))
      await field.race([...presses, ...endings])
      const sessions = await Promise.all(people.map(({ user }) => field.store.sessions.list({ userId: user.id, at })))
      expect(sessions.flat(), `round ${round}`).toEqual([])
      const later = await field.decide(...mails.map((mail) => press(mail)))
      expect(tallyOf(later)["redeemed"], `round ${round}`).toBe(undefined)
      await field.decide(...people.map(({ user }) => disable(user.id, at + MINUTE, false)))
    }
  },

  "end a session once that two sign-ins replace (SES-2)": async (field) => {
    const people = await signInAll(field, 30)
    const mails = await mailAll(
      field,
      newAddresses(60).map((address) => ({ address })),
    )
    const presses = mails.map((mail, i) => press(mail, { replaces: people[i % 30]?.tokenHash ?? null }))
    expect(tallyOf(await field.race(presses))).toEqual({ redeemed: 60 })
    for (const { user } of people)
      expect(await field.store.sessions.list({ userId: user.id, at: START + HOUR })).toEqual([])
  },

  "disable once for 16 calls, and count each of 16 uses of a way in": async (field) => {
    const people = await signInAll(field, 20)
    const at = START + HOUR
    const owners = new Map(people.flatMap(({ user }) => times(16, () => [disable(user.id, at), user.id] as const)))
    const uses = people.flatMap(({ user }) => times(16, () => use(user.id, at)))
    const finishes = await field.race([...owners.keys(), ...uses])
    for (const ofUser of finishesBy(owners, finishes).values())
      expect(tallyOf(ofUser)).toEqual({ changed: 1, unchanged: 15 })
    for (const { user } of people)
      expect(await field.store.providers.list(user.id)).toContainEqual({
        provider: "google",
        firstUsedAt: at,
        lastUsedAt: at,
        uses: 16,
      })
  },
}
