import { expect, it } from "vitest"
import { checkNote } from "./check-note.ts"
import { cosignCheckpoint, timeOfCosignature } from "./cosignature.ts"
import { deriveLogKey } from "./log-key.ts"
import { addSignatures, signNote } from "./sign-note.ts"
import { readNote, type SignedNote } from "./signed-note.ts"
import { COSIGNATURE, ED25519, readVerifierKey, type VerifierKey, verifierKeyOf } from "./verifier-key.ts"

const NAME = "example.org/auth/log"
const TEXT = `${NAME}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`
const key = deriveLogKey("a-secret-for-tests-that-is-long-enough")
const logKey = verifierKeyOf(NAME, ED25519, key.publicKey)
const witness = deriveLogKey("a-witness-for-tests-that-is-long-enough")
const witnessKey = verifierKeyOf("witness.example/w1", COSIGNATURE, witness.publicKey)

// C2SP signed-note, "Example".
it("verifies C2SP's example of a note", () => {
  const fromText = readVerifierKey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
  const note = mustRead(
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
  )
  expect(fromText).not.toBeNull()
  expect(checkNote(note, [fromText as VerifierKey])).toEqual({ verified: [fromText], broken: [] })
})

it("verifies what a log signed and a witness cosigned", () => {
  const line = cosignCheckpoint(TEXT, { name: witnessKey.name, key: witness, at: 1_679_315_147 })
  const note = mustRead(addSignatures(signNote(TEXT, { name: NAME, key }), [line]))
  expect(note.text).toBe(TEXT)
  expect(checkNote(note, [logKey, witnessKey])).toEqual({ verified: [logKey, witnessKey], broken: [] })
  expect(timeOfCosignature(note.signatures[1]?.signature ?? new Uint8Array())).toBe(1_679_315_147)
})

it("finds nobody in a note that others signed", () => {
  const note = mustRead(signNote(TEXT, { name: NAME, key: witness }))
  expect(checkNote(note, [logKey, witnessKey])).toEqual({ verified: [], broken: [] })
})

it("finds a key broken that signed something else", () => {
  const signed = signNote(TEXT, { name: NAME, key })
  expect(checkNote(mustRead(signed.replace("\n0\n", "\n1\n")), [logKey])).toEqual({ verified: [], broken: [logKey] })
})

function mustRead(note: string): SignedNote {
  const read = readNote(note)
  if (read === null) throw new Error(`Not a note: ${note}`)
  return read
}
