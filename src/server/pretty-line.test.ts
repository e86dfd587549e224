import { stripVTControlCharacters } from "node:util"
import { describe, expect, it } from "vitest"
import { prettyLine } from "./pretty-line.ts"

const plain = (fields: object): string =>
  stripVTControlCharacters(
    prettyLine(JSON.stringify({ time: "2026-11-21T10:42:00Z", level: "info", ...fields })),
  ).slice(9)

describe("prettyLine", () => {
  it("tells of an event who, where from and why, without ids", () => {
    const detail = { sessionId: "0193", reason: "signed_out" }
    const who = { email: "a…@example.com", ip: "192.0.2.7", userAgent: "Firefox", userId: "0193" }
    const event = { type: "session_revoked", id: "0193", at: "2026-11-21T10:42:00Z", ...who, detail }
    expect(plain({ event: "auth_event", ...event })).toBe(
      "info  auth_event type=session_revoked email=a…@example.com ip=192.0.2.7 reason=signed_out\n",
    )
  })

  it("lets an application's own event replace nothing, and obeys no name in it", () => {
    const line = plain({
      event: "auth_event",
      type: "shop.paid",
      email: null,
      ip: null,
      detail: { type: "user_created", "\u001b[2J": 1 },
    })
    expect(line).toBe('info  auth_event type=shop.paid "\\u001b[2J"=1\n')
  })

  it("shows every field of anything else", () => {
    expect(plain({ event: "send_failed", reason: "timeout", linkId: "7" })).toBe(
      "info  send_failed reason=timeout linkId=7\n",
    )
  })
})
