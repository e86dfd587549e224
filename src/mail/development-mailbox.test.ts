import { describe, expect, it } from "vitest"
import type { Address } from "../core/addresses/canonical-address.ts"
import { createDevelopmentMailbox } from "./development-mailbox.ts"

const context = { idempotencyKey: "attempt-1", signal: new AbortController().signal }
const messageTo = (to: string) => ({ to: to as Address, subject: "s", text: "t", html: "h", link: "l", code: "c" })

describe("the development mailbox", () => {
  it("shows messages as they were sent, newest first", async () => {
    let now = 1_000
    const mailbox = createDevelopmentMailbox({ clock: { now: () => now++ } })
    expect(await mailbox.send(messageTo("ada@example.com"), context)).toEqual({ status: "sent" })
    await mailbox.send(messageTo("eve@example.com"), context)
    expect(mailbox.messages()).toEqual([
      { ...messageTo("eve@example.com"), id: 2, sentAt: 1_001 },
      { ...messageTo("ada@example.com"), id: 1, sentAt: 1_000 },
    ])
  })

  it("forgets the oldest beyond its limit", async () => {
    const mailbox = createDevelopmentMailbox({ max: 2 })
    for (const name of ["a", "b", "c"]) await mailbox.send(messageTo(`${name}@example.com`), context)
    expect(mailbox.messages().map(({ to }) => to)).toEqual(["c@example.com", "b@example.com"])
  })
})
