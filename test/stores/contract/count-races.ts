import { expect } from "vitest"
import { MINUTE } from "../../../src/core/clock.ts"
import { CODE_TRIES } from "../../../src/core/links/code.ts"
import { START, someLimit } from "../../../src/testing/contract/steps/ask.ts"
import { eventsDuring } from "../../../src/testing/contract/steps/events.ts"
import { type Finish, finishesBy, type Races, statusOf, tallyOf, times } from "./field.ts"
import { askAgain, mailAll, newAddresses, take, type, typeWrongly } from "./orders.ts"

const TAKES = 500
const FLOWS = 30

export const countRaces: Races = {
  [`admit exactly the limit of ${TAKES} takes in one window, and report it once (P8)`]: async (field) => {
    const limits = [1, 17, 100, TAKES - 1].map((max) => someLimit("redeem_client", { max, windowMs: MINUTE }))
    // The processes' clocks disagree by up to a window.
    const owners = new Map(
      limits.flatMap((limit) => times(TAKES, (i) => [take(limit, START + ((i * 7_919) % MINUTE)), limit] as const)),
    )
    const events = await eventsDuring(field.store, async () => {
      const finishes = finishesBy(owners, await field.race([...owners.keys()]))
      for (const limit of limits)
        expect(tallyOf(finishes.get(limit) ?? [])).toEqual({ admitted: limit.max, refused: TAKES - limit.max })
    })
    expect(events.map((event) => event.type)).toEqual(limits.map(() => "rate_limited"))
  },

  "spend exactly five tries on wrong codes (TOK-7)": async (field) => {
    const mails = await mailAll(
      field,
      newAddresses(FLOWS).map((address) => ({ address })),
    )
    const owners = new Map(mails.flatMap((mail) => times(32, () => [typeWrongly(mail), mail] as const)))
    for (const [mail, finishes] of finishesBy(owners, await field.race([...owners.keys()]))) {
      expect(triesLeft(finishes)).toEqual([1, 2, 3, 4])
      expect((await field.store.requests.latest(mail.flowHash))?.codeTriesLeft).toBe(0)
    }
    const late = await field.decide(...mails.map((mail) => type(mail)))
    expect(tallyOf(late)).toEqual({ wrong_code: FLOWS })
  },

  "give a flow no more than its five tries, however often it is asked for again meanwhile (TOK-7)": async (field) => {
    const mails = await mailAll(
      field,
      newAddresses(FLOWS).map((address) => ({ address })),
    )
    const owners = new Map(
      mails.flatMap((mail) =>
        [...times(16, () => typeWrongly(mail)), ...times(16, () => askAgain(mail))].map((one) => [one, mail] as const),
      ),
    )
    for (const [mail, finishes] of finishesBy(owners, await field.race([...owners.keys()]))) {
      expect(triesLeft(finishes)).toEqual([1, 2, 3, 4])
      expect(tallyOf(finishes)).toEqual({ wrong_code: 16, opened: 16 })
      expect((await field.store.requests.latest(mail.flowHash))?.codeTriesLeft).toBe(0)
    }
  },

  "let a right code in once or cost five tries, however many wrong ones come with it (P1, TOK-7)": async (field) => {
    const mails = await mailAll(
      field,
      newAddresses(FLOWS).map((address) => ({ address })),
    )
    const owners = new Map(
      mails.flatMap((mail) =>
        [...times(8, () => typeWrongly(mail)), type(mail), type(mail)].map((one) => [one, mail] as const),
      ),
    )
    for (const finishes of finishesBy(owners, await field.race([...owners.keys()])).values()) {
      const spent = triesLeft(finishes)
      expect(spent).toEqual([1, 2, 3, 4].slice(4 - spent.length))
      const isIn = finishes.filter((finish) => statusOf(finish) === "redeemed").length
      expect(isIn).toBeLessThanOrEqual(1)
      if (isIn === 0) expect(spent).toHaveLength(CODE_TRIES - 1)
    }
  },
}

/** How many tries each wrong code left that left any: of five tries, four do. */
function triesLeft(finishes: readonly Finish[]): readonly number[] {
  const left = finishes.map(({ outcome }) => (outcome as { readonly triesLeft?: number }).triesLeft ?? 0)
  return left.filter((tries) => tries > 0).sort((a, b) => a - b)
}
