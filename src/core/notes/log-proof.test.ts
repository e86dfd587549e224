import fc from "fast-check"
import { expect, it } from "vitest"
import { anyText } from "../../../test/any-text.ts"
import { hashFrom } from "../tree/encode-hash.ts"
import { EMPTY_ROOT, hashLeaf } from "../tree/hash.ts"
import { writeCheckpoint } from "./checkpoint.ts"
import { deriveLogKey } from "./log-key.ts"
import { readLogProof, writeLogProof } from "./log-proof.ts"
import { signNote } from "./sign-note.ts"

const NAME = "example.org/auth/log"
const key = deriveLogKey("a-secret-for-tests-that-is-long-enough")
const checkpoint = signNote(writeCheckpoint({ origin: NAME, size: 2, root: EMPTY_ROOT }), { name: NAME, key })
const PROOF = writeLogProof({ index: 1, proof: [hashLeaf("")], checkpoint })

it("is written as C2SP tlog-proof says", () => {
  expect(PROOF).toBe(`c2sp.org/tlog-proof@v1\nindex 1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n\n${checkpoint}`)
  const extra = Buffer.from("leaf")
  expect(writeLogProof({ extra, index: 0, proof: [], checkpoint })).toBe(
    `c2sp.org/tlog-proof@v1\nextra bGVhZg==\nindex 0\n\n${checkpoint}`,
  )
})

it("is read back as it was written, whatever it proves", () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => hashFrom(bytes))
  const any = fc.record({
    extra: fc.option(fc.uint8Array()),
    index: fc.maxSafeNat(),
    proof: fc.array(hash, { maxLength: 64 }),
    checkpoint: fc.constant(checkpoint),
  })
  fc.assert(
    fc.property(any, (written) => {
      expect(readLogProof(writeLogProof(written))).toEqual(written)
    }),
  )
})

it.each([
  ["another first line", PROOF.replace("@v1", "@v2")],
  ["no index", PROOF.replace("index 1\n", "")],
  ["an index with a zero before it", PROOF.replace("index 1", "index 01")],
  ["an index below 0", PROOF.replace("index 1", "index -1")],
  ["an index beyond 2^53 - 1", PROOF.replace("index 1", "index 9007199254740992")],
  ["its extra after the index", PROOF.replace("index 1\n", "index 1\nextra bGVhZg==\n")],
  ["two extras", PROOF.replace("index 1\n", "extra bGVhZg==\nextra bGVhZg==\nindex 1\n")],
  ["an extra that isn't base64", PROOF.replace("index 1\n", "extra bGVhZ\nindex 1\n")],
  ["a hash that is short", PROOF.replace("bjQLnP", "bjQL")],
  ["a hash and something else", PROOF.replace("oB0=\n", "oB0= \n")],
  ["no empty line", PROOF.replace("oB0=\n\n", "oB0=\n")],
  ["two empty lines", PROOF.replace("oB0=\n\n", "oB0=\n\n\n")],
  ["carriage returns", PROOF.replaceAll("\n", "\r\n")],
  ["a checkpoint that nobody signed", PROOF.slice(0, PROOF.indexOf("\n— "))],
  ["a note that is no checkpoint", PROOF.replace("\n2\n", "\n")],
  ["65 hashes", PROOF.replace(/\n(.*oB0=)\n/, (_, hash) => `\n${`${hash}\n`.repeat(65)}`)],
  ["nothing", ""],
])("is not read with %s", (_, text) => {
  expect(text).not.toBe(PROOF)
  expect(readLogProof(text)).toBeNull()
})

it("never throws, and reads only what it would write", () => {
  const piece = fc.constantFrom(
    "c2sp.org/tlog-proof@v1\n",
    "index 1\n",
    "extra \n",
    "extra bGVhZg==\n",
    "\n",
    checkpoint,
    "é",
  )
  const pieces = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(""))
  fc.assert(
    fc.property(fc.oneof(anyText, pieces), (any) => {
      const read = readLogProof(any)
      expect(read === null || writeLogProof(read) === any).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})

it.each([
  ["an index below 0", { index: -1 }],
  ["a fraction", { index: 0.5 }],
  ["an index beyond 2^53 - 1", { index: 2 ** 53 }],
  ["65 hashes", { proof: Array(65).fill(EMPTY_ROOT) }],
  ["a checkpoint that isn't signed", { checkpoint: "example.org\n" }],
])("is not written with %s", (_, wrong) => {
  expect(() => writeLogProof({ index: 0, proof: [], checkpoint, ...wrong })).toThrow("A proof has an index")
})
