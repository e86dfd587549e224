import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { DAY, HOUR, MINUTE, SECOND } from "../../src/core/clock.ts"
import { sqlite } from "../../src/sqlite.ts"
import { type Step, TwinStores } from "./twin-stores.ts"

const some = fc.nat({ max: 11 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ does: fc.constant("ask" as const), who: some, keepsFlow: fc.boolean() }), weight: 5 },
  {
    arbitrary: fc.record({
      does: fc.constant("mail" as const),
      result: fc.constantFrom("sent", "sent", "sent", "withheld", "later", "given_up", "released", "nothing"),
    }),
    weight: 6,
  },
  { arbitrary: fc.record({ does: fc.constant("press" as const), which: some, isElsewhere: fc.boolean() }), weight: 3 },
  { arbitrary: fc.record({ does: fc.constant("type" as const), which: some, isRight: fc.boolean() }), weight: 3 },
  { arbitrary: fc.record({ does: fc.constantFrom("check" as const, "end" as const), which: some }), weight: 2 },
  {
    arbitrary: fc.record({
      does: fc.constantFrom("end_all" as const, "disable" as const, "enable" as const),
      who: some,
    }),
    weight: 1,
  },
  {
    arbitrary: fc.record({
      does: fc.constant("wait" as const),
      // A clock is set back now and then.
      ms: fc.constantFrom(SECOND, 5 * MINUTE, HOUR, 6 * HOUR, DAY, 6 * DAY + 23 * HOUR, 8 * DAY, 31 * DAY, -HOUR, -DAY),
    }),
    weight: 4,
  },
  { arbitrary: fc.record({ does: fc.constant("sweep" as const), max: fc.constantFrom(1, 2, 100) }), weight: 4 },
)

describe("deleting rows that are over", () => {
  it("P1 P6 P10 changes no answer that matters, whatever happened before and happens after", async () => {
    let deleted = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 90, size: "max" }), async (steps) => {
        const [whole, swept] = [sqlite(":memory:"), sqlite(":memory:")]
        const twins = new TwinStores(whole, swept)
        try {
          for (const one of steps) await twins.play(one)
          await twins.compare()
        } finally {
          deleted += twins.deleted
          await whole.close()
          await swept.close()
        }
      }),
      { numRuns: 200 },
    )
    expect(deleted).toBeGreaterThan(100)
  })
})
