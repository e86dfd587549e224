import { describe, expect, it } from "vitest"
import { readApplicationEvent } from "./application-event.ts"
import { leafOf } from "./leaf.ts"

// As high as a unit of UTF-16 gets in UTF-8, and as control characters get in JSON.
const LONG = "\uffff\u0001"
// C2SP tlog-tiles: an entry's length stands before it in two bytes.
const MOST_BYTES = 65_535

describe("an application's event", () => {
  it("has a leaf that a bundle of entries can hold, however long its parts are", () => {
    const detail = { note: LONG.repeat(500) }
    const event = readApplicationEvent({ type: "shop.order_placed", userId: LONG.repeat(127), detail }, 2 ** 48 - 1)
    const leaf = leafOf({
      ...event,
      id: "i".repeat(36),
      detail: JSON.stringify(event.detail),
      commitment: "c".repeat(43),
    })
    expect(Buffer.byteLength(leaf)).toBeLessThan(MOST_BYTES)
  })

  it("is refused with a user's id of more than 255 characters", () => {
    const about = (length: number) => () => readApplicationEvent({ type: "shop.seen", userId: "u".repeat(length) }, 0)
    expect(about(255)).not.toThrow()
    expect(about(256)).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  })
})
