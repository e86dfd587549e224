import { createPublicKey, type KeyObject, verify } from "node:crypto"
import { cosignedMessage, timeOfCosignature } from "./cosignature.ts"
import type { NoteSignature, SignedNote } from "./signed-note.ts"
import { COSIGNATURE, type VerifierKey } from "./verifier-key.ts"

/** No key is in both. Signatures of others say nothing, and are passed over. */
export interface NoteVerdict {
  /** Keys that signed the note, and of which every signature verifies. */
  readonly verified: readonly VerifierKey[]
  /** Keys of which a signature doesn't verify: whoever gets one of these refuses the whole note. */
  readonly broken: readonly VerifierKey[]
}

const ED25519_BYTES = 64
// What stands before the key in SPKI (RFC 8410 §4).
const SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex")

/** Who of these signed the note (C2SP signed-note, "Signatures", and tlog-cosignature)? */
export function checkNote(note: SignedNote, keys: readonly VerifierKey[]): NoteVerdict {
  const verified: VerifierKey[] = []
  const broken: VerifierKey[] = []
  for (const key of keys) {
    // A name alone is nobody, and so is an id: others may have the same.
    const own = note.signatures.filter(({ name, id }) => name === key.name && id === key.id)
    if (own.length === 0) continue
    const publicKey = createPublicKey({ key: Buffer.concat([SPKI_HEAD, key.publicKey]), format: "der", type: "spki" })
    const isWhole = own.every((signature) => verifies(note.text, signature, key, publicKey))
    ;(isWhole ? verified : broken).push(key)
  }
  return { verified, broken }
}

function verifies(text: string, { signature }: NoteSignature, { type }: VerifierKey, publicKey: KeyObject): boolean {
  if (type !== COSIGNATURE) return verify(null, Buffer.from(text), publicKey, signature)
  const time = timeOfCosignature(signature)
  if (time === null) return false
  return verify(null, Buffer.from(cosignedMessage(text, time)), publicKey, signature.subarray(-ED25519_BYTES))
}
