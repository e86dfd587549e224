import fc from "fast-check"
import { expect, it } from "vitest"
import { anyText } from "../../../test/any-text.ts"
import { hashBase64, hashFrom } from "../tree/encode-hash.ts"
import { EMPTY_ROOT, hashLeaf } from "../tree/hash.ts"
import { readCheckpoint, writeCheckpoint } from "./checkpoint.ts"
import { hasControl } from "./key-name.ts"

// C2SP tlog-checkpoint, its first example.
const EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
const ROOT = hashBase64(EMPTY_ROOT)

it("reads C2SP's example, and writes it again", () => {
  const checkpoint = readCheckpoint(EXAMPLE)
  expect(checkpoint).toMatchObject({ origin: "example.com/behind-the-sofa", size: 20_852_163, extensions: [] })
  expect(checkpoint && writeCheckpoint(checkpoint)).toBe(EXAMPLE)
})

it("keeps lines of an extension apart", () => {
  expect(readCheckpoint(`${EXAMPLE}one\ntwo 2\n`)?.extensions).toEqual(["one", "two 2"])
})

it.each([
  ["nothing", ""],
  ["no newline at its end", EXAMPLE.slice(0, -1)],
  ["two lines", "example.org\n5\n"],
  ["no origin", `\n5\n${ROOT}\n`],
  ["a size with a zero before it", `example.org\n05\n${ROOT}\n`],
  ["a size below 0", `example.org\n-5\n${ROOT}\n`],
  ["a size that is a fraction", `example.org\n5.5\n${ROOT}\n`],
  ["no size", `example.org\n\n${ROOT}\n`],
  ["a size beyond 2^53 - 1", `example.org\n9007199254740992\n${ROOT}\n`],
  ["a root in another alphabet", `example.org\n5\n${ROOT.replaceAll("/", "_")}\n`],
  ["a root without padding", `example.org\n5\n${ROOT.slice(0, -1)}\n`],
  ["a root of other spelling", `example.org\n5\n${ROOT.replace("U=", "V=")}\n`],
  ["a root that is short", `example.org\n5\n${Buffer.alloc(31).toString("base64")}\n`],
  ["an empty line within", `example.org\n5\n${ROOT}\n\nextension\n`],
  ["an empty line after it", `example.org\n5\n${ROOT}\n\n`],
  ["carriage returns", `example.org\r\n5\r\n${ROOT}\r\n`],
])("does not read %s", (_, text) => {
  expect(readCheckpoint(text)).toBeNull()
})

it("is read back as it was written, whatever the log", () => {
  const any = fc.record({
    origin: fc.oneof(fc.domain(), fc.string({ unit: "grapheme", minLength: 1 })).filter((text) => !hasControl(text)),
    size: fc.maxSafeNat(),
    root: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => hashFrom(bytes)),
  })
  fc.assert(
    fc.property(any, (written) => {
      expect(readCheckpoint(writeCheckpoint(written))).toEqual({ ...written, extensions: [] })
    }),
  )
})

it("never throws at what it reads", () => {
  const piece = fc.constantFrom("example.org", "\n", "5", "0", "-", `${ROOT}`, "=", "\r")
  const pieces = fc.array(piece, { maxLength: 10 }).map((parts) => parts.join(""))
  fc.assert(
    fc.property(fc.oneof(anyText, pieces), (any) => {
      const read = readCheckpoint(any)
      const extensions = read?.extensions.map((line) => `${line}\n`).join("")
      expect(read === null || `${writeCheckpoint(read)}${extensions}` === any).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})

it.each([
  { origin: "", size: 0 },
  { origin: "two\nlines", size: 0 },
  { origin: "example.org", size: -1 },
  { origin: "example.org", size: 0.5 },
  { origin: "example.org", size: 2 ** 53 },
])("is not written for what no log is: %j", (checkpoint) => {
  expect(() => writeCheckpoint({ ...checkpoint, root: hashLeaf("") })).toThrow("A checkpoint has a name")
})
