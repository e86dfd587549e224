import { createPublicKey } from "node:crypto"
import { verifyCheckpoint } from "@sigstore/verify/dist/tlog/checkpoint.js"
import fc from "fast-check"
import { expect, it } from "vitest"
import { hashBytes } from "../tree/encode-hash.ts"
import { EMPTY_ROOT } from "../tree/hash.ts"
import { checkNote } from "./check-note.ts"
import { cosignCheckpoint, timeOfCosignature } from "./cosignature.ts"
import { hasControl } from "./key-name.ts"
import { deriveLogKey } from "./log-key.ts"
import { addSignatures, signNote } from "./sign-note.ts"
import { readNote, readSignatureLine, type SignedNote, writeSignatureLine } from "./signed-note.ts"
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

it("finds nobody but who has both the name and the id", () => {
  const signed = mustRead(signNote(TEXT, { name: NAME, key }))
  expect(checkNote(signed, [{ ...logKey, name: "example.org/other" }])).toEqual({ verified: [], broken: [] })
  expect(checkNote(signed, [{ ...logKey, id: logKey.id ^ 1 }])).toEqual({ verified: [], broken: [] })
  // Who makes a key with the same id is found out by the signature.
  const forged = { ...logKey, publicKey: witness.publicKey }
  expect(checkNote(signed, [forged])).toEqual({ verified: [], broken: [forged] })
})

it("finds a key broken of which one signature verifies and one doesn't", () => {
  const good = signNote(TEXT, { name: NAME, key })
  const bad = mustRead(signNote("else\n", { name: NAME, key })).signatures.map(({ line }) => line)
  for (const note of [
    addSignatures(good, bad),
    `${TEXT}\n${bad.join("\n")}\n${mustRead(good).signatures[0]?.line}\n`,
  ]) {
    expect(checkNote(mustRead(note), [logKey])).toEqual({ verified: [], broken: [logKey] })
  }
})

it("never takes a signature for a cosignature, or a cosignature for a signature", () => {
  const asWitness = verifierKeyOf(NAME, COSIGNATURE, key.publicKey)
  const signature = Buffer.concat([Buffer.alloc(8), key.sign(TEXT)])
  const line = writeSignatureLine(NAME, asWitness.id, signature)
  expect(checkNote(mustRead(`${TEXT}\n${line}\n`), [asWitness])).toEqual({ verified: [], broken: [asWitness] })
  const cosigned = readSignatureLine(cosignCheckpoint(TEXT, { name: NAME, key, at: 1 }))?.signature ?? signature
  for (const bytes of [cosigned, cosigned.subarray(8)]) {
    const note = mustRead(`${TEXT}\n${writeSignatureLine(NAME, logKey.id, bytes)}\n`)
    expect(checkNote(note, [logKey])).toEqual({ verified: [], broken: [logKey] })
  }
})

it("believes no other time than the one that was signed", () => {
  const line = cosignCheckpoint(TEXT, { name: witnessKey.name, key: witness, at: 1_679_315_147 })
  const bytes = Buffer.from(readSignatureLine(line)?.signature ?? [])
  const at = (time: bigint) => {
    bytes.writeBigUInt64BE(time)
    return mustRead(`${TEXT}\n${writeSignatureLine(witnessKey.name, witnessKey.id, bytes)}\n`)
  }
  expect(checkNote(at(1_679_315_147n), [witnessKey]).verified).toEqual([witnessKey])
  for (const time of [0n, 1_679_315_148n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
    expect(checkNote(at(time), [witnessKey])).toEqual({ verified: [], broken: [witnessKey] })
  }
  expect(timeOfCosignature(new Uint8Array(64))).toBeNull()
  expect(timeOfCosignature(new Uint8Array(72).fill(255))).toBeNull()
})

it("verifies nothing of a note once any byte of it is another, or is missing", () => {
  const line = cosignCheckpoint(TEXT, { name: witnessKey.name, key: witness, at: 1_679_315_147 })
  const whole = Buffer.from(addSignatures(signNote(TEXT, { name: NAME, key }), [line]))
  const verifiedOf = (bytes: Buffer) => {
    const note = readNote(bytes.toString())
    const verdict = note && checkNote(note, [logKey, witnessKey])
    return verdict?.broken.length === 0 ? verdict.verified.length : 0
  }
  expect(verifiedOf(whole)).toBe(2)
  for (let at = 0; at < whole.byteLength; at += 1) {
    const turned = Buffer.from(whole)
    turned[at] = (whole[at] ?? 0) ^ (1 << (at % 8))
    // Another name or id makes it a signature of somebody else's, and the other one stays good.
    expect(verifiedOf(turned)).toBeLessThan(2)
    if (at < TEXT.length) expect(verifiedOf(turned)).toBe(0)
    const cut = Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)])
    expect(verifiedOf(cut)).toBeLessThan(2)
    expect(verifiedOf(whole.subarray(0, at))).toBeLessThan(2)
  }
})

it("verifies what was signed, whatever the text", () => {
  const text = fc
    .string({ unit: "grapheme", maxLength: 50 })
    .map((any) => `${[...any].map((one) => (hasControl(one) ? "\n" : one)).join("")}\n`)
  fc.assert(
    fc.property(text, (any) => {
      const note = mustRead(signNote(any, { name: NAME, key }))
      expect(note.text).toBe(any)
      expect(checkNote(note, [logKey])).toEqual({ verified: [logKey], broken: [] })
    }),
  )
})

// A verifier that is not ours.
it("signs checkpoints that @sigstore/verify takes", () => {
  const publicKey = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(key.publicKey).toString("base64url") },
    format: "jwk",
  })
  const logID = Buffer.alloc(32)
  logID.writeUInt32BE(logKey.id)
  const validFor = { start: new Date(0), end: new Date(0) }
  const log = { logID, baseURL: `https://${NAME}`, publicKey, validFor }
  const checkpointOf = (envelope: string) => {
    const entry = { inclusionProof: { checkpoint: { envelope } } } as Parameters<typeof verifyCheckpoint>[0]
    return verifyCheckpoint(entry, [log])
  }
  const note = signNote(TEXT, { name: NAME, key })
  expect(checkpointOf(note)).toMatchObject({ origin: NAME, logSize: 0n, logHash: hashBytes(EMPTY_ROOT) })
  expect(() => checkpointOf(note.replace("\n0\n", "\n1\n"))).toThrow("invalid checkpoint signature")
})

function mustRead(note: string): SignedNote {
  const read = readNote(note)
  if (read === null) throw new Error(`Not a note: ${note}`)
  return read
}
