import { describe, expect, it } from "vitest"
import type { Address } from "../core/addresses/canonical-address.ts"
import { formatSender, isOneMailbox, readSender } from "./sender.ts"

describe("readSender", () => {
  it.each([
    ["login@example.com", "", "login@example.com", "login@example.com"],
    [
      "Example <Login@Bücher.example>",
      "Example",
      "login@xn--bcher-kva.example",
      "Example <login@xn--bcher-kva.example>",
    ],
    ['"Ada, Inc." <login@example.com>', "Ada, Inc.", "login@example.com", '"Ada, Inc." <login@example.com>'],
    ["<login@example.com>", "", "login@example.com", "login@example.com"],
    ["Bücher & Söhne <a@example.com>", "Bücher & Söhne", "a@example.com", '"Bücher & Söhne" <a@example.com>'],
  ])("reads %j", (from, name, address, formatted) => {
    const sender = readSender(from)
    expect(sender).toEqual({ name, address })
    expect(sender && formatSender(sender)).toBe(formatted)
  })

  it.each([
    "",
    "Example",
    "a@example.com, b@example.com",
    "Example <a@example.com>, b@example.com",
    "Ex\r\nBcc: b@example.com <a@example.com>",
    "Ex\0 <a@example.com>",
    "a@localhost",
    '"a" b" <a@example.com>',
    undefined,
  ])("refuses %j (EML-1)", (from) => {
    expect(readSender(from)).toBeNull()
  })
})

describe("isOneMailbox", () => {
  it("holds for a canonical address only (EML-2)", () => {
    const is = (to: string) => isOneMailbox(to as Address)
    expect([is("ada@example.com"), is("Ada@example.com"), is("a@example.com,b@example.com")]).toEqual([
      true,
      false,
      false,
    ])
  })
})
