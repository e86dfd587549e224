import fc from "fast-check"
import { expect, it } from "vitest"
import type { User } from "../core/users/user.ts"
import { headerText, nobody, remoteHeaders } from "./remote-headers.ts"

it.each([
  ["Ada Lovelace", "Ada Lovelace"],
  ['O\'Hara, "Jo" <x>; a=b', 'O\'Hara, "Jo" <x>; a=b'],
  ["Zoë", "Zo%C3%AB"],
  ["王 小明", "%E7%8E%8B %E5%B0%8F%E6%98%8E"],
  ["100 %", "100 %25"],
  ["a\r\nRemote-Groups: admin", "a%0D%0ARemote-Groups: admin"],
  [" a b ", "%20a b%20"],
  ["\ud800", "%EF%BF%BD"],
  ["", ""],
])("writes the name %j as %j", (name, header) => {
  expect(headerText(name)).toBe(header)
})

it("writes any text as one line of printable ASCII without blanks around it, which decodes to the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const header = headerText(text)
      expect(header).toMatch(/^(?:[!-~](?:[ -~]*[!-~])?)?$/)
      expect(decodeURIComponent(header)).toBe(text.toWellFormed())
    }),
  )
})

it("names the same headers for somebody and nobody", () => {
  const user = { id: "1", email: "ada@example.com", displayName: "Ada", createdAt: 0, disabledAt: null } as User
  expect(Object.keys(remoteHeaders(user, { groups: [], jwt: "" }))).toEqual(Object.keys(nobody))
  expect(remoteHeaders(user, { groups: ["admin", "staff"], jwt: "" })["Remote-Groups"]).toBe("admin,staff")
})
