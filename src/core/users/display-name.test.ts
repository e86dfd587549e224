import fc from "fast-check"
import { expect, it } from "vitest"
import { canonicalAddress } from "../addresses/canonical-address.ts"
import { displayNameFrom } from "./display-name.ts"

function nameOf(text: string): string {
  const outcome = canonicalAddress(text)
  if (outcome.status !== "valid") throw new Error(`${text} is ${outcome.status}`)
  return displayNameFrom(outcome.address)
}

it.each([
  ["ada@example.com", "Ada"],
  ["ada.lovelace@example.com", "Ada Lovelace"],
  ["ada.lovelace+news@example.com", "Ada Lovelace"],
  ["ada_king-lovelace@example.com", "Ada King Lovelace"],
  ["ADA@example.com", "Ada"],
  ["a.d.a@example.com", "A D A"],
  ["_ada_@example.com", "Ada"],
  ["ada__lovelace@example.com", "Ada Lovelace"],
  ["o'hara@example.com", "O'hara"],
  ["42@example.com", "42"],
  ["+news@example.com", "+news"],
  ["-@example.com", "-"],
  ["___@example.com", "___"],
  ["_+x@example.com", "_+x"],
])("greets %s as %s", (email, name) => {
  expect(nameOf(email)).toBe(name)
})

it("always greets with something from the local part, on one line and without spaces around it", () => {
  const local = fc.stringMatching(/^[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,12}(?:\.[a-z0-9+_-]{1,12}){0,3}$/)
  fc.assert(
    fc.property(local, (text) => {
      const name = nameOf(`${text}@example.com`)
      expect(name).toMatch(/^[!-~]+(?: [!-~]+)*$/)
      expect(name.length).toBeLessThanOrEqual(text.length)
      expect(name).not.toContain("@")
    }),
  )
})
