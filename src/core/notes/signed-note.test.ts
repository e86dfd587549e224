import fc from "fast-check"
import { expect, it } from "vitest"
import { anyText } from "../../../test/any-text.ts"
import { deriveLogKey } from "./log-key.ts"
import { addSignatures, signNote } from "./sign-note.ts"
import { readNote } from "./signed-note.ts"

const key = deriveLogKey("a-secret-for-tests-that-is-long-enough")
const NOTE = signNote("text\n", { name: "example.org/log", key })
const LINE = NOTE.split("\n")[2] ?? ""
// A signature of 5 bytes with its id, by nobody.
const SHORT = "— a AAAAAQU="

// C2SP signed-note, the note at its beginning.
it("reads a text that has empty lines itself", () => {
  const text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
  const line =
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc="
  const note = readNote(`${text}\n${line}\n`)
  expect(note?.text).toBe(text)
  expect(note?.signatures).toHaveLength(1)
  expect(note?.signatures[0]).toMatchObject({ name: "quasimodo.example/salvatore", id: 0x36_7b_a0_4b, line })
  expect(note?.signatures[0]?.signature).toHaveLength(64)
})

it("reads signatures of kinds that we don't know", () => {
  expect(readNote(`text\n\n${SHORT}\n${LINE}\n`)?.signatures).toMatchObject([
    { name: "a", id: 1, signature: Uint8Array.of(5), line: SHORT },
    { name: "example.org/log", line: LINE },
  ])
})

it("reads up to a hundred signatures", () => {
  expect(readNote(`text\n\n${`${SHORT}\n`.repeat(100)}`)?.signatures).toHaveLength(100)
  expect(readNote(`text\n\n${`${SHORT}\n`.repeat(101)}`)).toBeNull()
  expect(readNote(`${"x".repeat(1_000_000)}\n\n${SHORT}\n`)).toBeNull()
})

it.each([
  ["no signature", "text\n"],
  ["no signature after its break", "text\n\n"],
  ["no empty line", `text\n${SHORT}\n`],
  ["no newline at its end", `text\n\n${SHORT}`],
  ["another empty line at its end", `text\n\n${SHORT}\n\n`],
  ["something else between signatures", `text\n\n${SHORT}\nelse\n${SHORT}\n`],
  ["no text", `\n\n${SHORT}\n`.slice(1)],
  ["a hyphen in place of the dash", "text\n\n- a AAAAAQU=\n"],
  ["no space after the dash", "text\n\n—a AAAAAQU=\n"],
  ["two spaces", "text\n\n—  a AAAAAQU=\n"],
  ["a space at the end of a line", `text\n\n${SHORT} \n`],
  ["a name with a plus", "text\n\n— a+b AAAAAQU=\n"],
  ["a name with a space of Unicode's", "text\n\n— a\u00a0b AAAAAQU=\n"],
  ["no name", "text\n\n—  AAAAAQU=\n"],
  ["an id and nothing else", "text\n\n— a AAAAAQ==\n"],
  ["base64 without padding", "text\n\n— a AAAAAQU\n"],
  ["base64 of another spelling", "text\n\n— a AAAAAQV=\n"],
  ["base64url", "text\n\n— a AAAAAf__\n"],
  ["a tab in its text", `te\txt\n\n${SHORT}\n`],
  ["carriage returns", `text\r\n\r\n${SHORT}\r\n`],
  ["a NUL", `te\0xt\n\n${SHORT}\n`],
  ["half of a surrogate pair", `te\ud800xt\n\n${SHORT}\n`],
])("is not read with %s", (_, note) => {
  expect(readNote(note)).toBeNull()
})

it("never throws, and reads only what can be put together again", () => {
  const piece = fc.constantFrom("\n", "\n\n", "— ", "a", " ", "AAAAAQU=", SHORT, "text", "+", "\t", "é")
  const pieces = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(""))
  fc.assert(
    fc.property(fc.oneof(anyText, pieces), (any) => {
      const read = readNote(any)
      const written = read && `${read.text}\n${read.signatures.map(({ line }) => `${line}\n`).join("")}`
      expect(written === null || written === any).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})

it("takes more signatures, each once", () => {
  const more = addSignatures(NOTE, [SHORT, LINE, SHORT])
  expect(more).toBe(`text\n\n${LINE}\n${SHORT}\n`)
  expect(addSignatures(more, [])).toBe(more)
})

it("takes nothing that isn't a signature line", () => {
  for (const line of ["", "else", `${SHORT}\n`, `${SHORT}\n${SHORT}`]) {
    expect(() => addSignatures(NOTE, [line])).toThrow("Signature lines")
  }
  expect(() => addSignatures("text\n", [SHORT])).toThrow("Signature lines")
})

it.each(["", "no newline", "te\0xt\n", "te\rxt\n", "\ud800\n"])("is not signed with the text %j", (text) => {
  expect(() => signNote(text, { name: "example.org/log", key })).toThrow("A note's text")
})
