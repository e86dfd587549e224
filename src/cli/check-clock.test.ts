import { expect, it } from "vitest"
import { checkClock } from "./check-clock.ts"

const NOON = Date.UTC(2026, 10, 21, 12)

it.each([
  ["the same time", NOON, NOON, NOON],
  ["two seconds apart", NOON - 2_000, NOON, NOON],
  ["some moment of a slow answer", NOON, NOON - 4_000, NOON + 4_000],
])("clocks agree at %s", (_, databaseNow, askedAt, answeredAt) => {
  expect(checkClock(databaseNow, askedAt, answeredAt).status).toBe("ok")
})

it.each([
  ["ahead of", "2.5 s", NOON - 2_500],
  ["behind", "2.5 s", NOON + 2_600],
  ["ahead of", "3600.0 s", NOON - 3_600_000],
])("a clock that is %s the database's by %s is worth a look", (direction, apart, databaseNow) => {
  expect(checkClock(databaseNow, NOON, NOON + 100)).toMatchObject({
    status: "warning",
    says: `This machine's clock is ${apart} ${direction} the database's. Let both follow a time server.`,
  })
})
