import type { Checkpoint } from "../core/notes/checkpoint.ts"
import { readCheckpoint } from "../core/notes/checkpoint.ts"
import { readNote, type SignedNote } from "../core/notes/signed-note.ts"
import { hashFromBase64 } from "../core/tree/encode-hash.ts"
import type { TreeHash } from "../core/tree/hash.ts"

/** What a log asks a witness to sign. Nothing of it is checked yet. */
export interface Submission extends Checkpoint {
  /** How large the log was, as its operator thinks, when the witness signed last. */
  readonly oldSize: number
  /** That what was there then is still there. */
  readonly proof: readonly TreeHash[]
  readonly note: SignedNote
}

const OLD_SIZE = /^old (0|[1-9]\d{0,15})$/
const MAX_PROOF = 63

/** The body of `add-checkpoint` (C2SP tlog-witness), or null where it is none. */
export function readSubmission(body: string): Submission | null {
  // The first empty line ends the proof; the note has one of its own.
  const end = body.indexOf("\n\n")
  const [first = "", ...lines] = body.slice(0, Math.max(0, end)).split("\n")
  const oldSize = Number(OLD_SIZE.exec(first)?.[1] ?? Number.NaN)
  const proof = lines.map(hashFromBase64)
  const note = readNote(body.slice(end + 2))
  const checkpoint = note === null ? null : readCheckpoint(note.text)
  if (!Number.isSafeInteger(oldSize) || note === null || checkpoint === null) return null
  if (proof.length > MAX_PROOF || !proof.every((one) => one !== null)) return null
  const { origin, size, root } = checkpoint
  return { oldSize, proof, note, origin, size, root }
}
