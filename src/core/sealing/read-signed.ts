import { checkNote } from "../notes/check-note.ts"
import { type Checkpoint, readCheckpoint } from "../notes/checkpoint.ts"
import { readNote } from "../notes/signed-note.ts"
import type { VerifierKey } from "../notes/verifier-key.ts"
import { type LogIdentity, verifierKeys } from "./log-identity.ts"

/** A checkpoint that one of our keys signed, and which one. */
export interface OurCheckpoint extends Checkpoint {
  readonly signedBy: VerifierKey
}

/** Reads a checkpoint of this log, under any name that it had. Null: it is none, or none of our keys signed it. */
export function readSigned(text: string, identity: LogIdentity): OurCheckpoint | null {
  const note = readNote(text)
  const checkpoint = note === null ? null : readCheckpoint(note.text)
  if (note === null || checkpoint === null) return null
  const { verified, broken } = checkNote(note, verifierKeys(identity, checkpoint.origin))
  const [signedBy] = verified
  return signedBy === undefined || broken.length > 0 ? null : { ...checkpoint, signedBy }
}
