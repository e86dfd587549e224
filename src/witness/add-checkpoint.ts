import { checkNote } from "../core/notes/check-note.ts"
import type { SignedNote } from "../core/notes/signed-note.ts"
import type { VerifierKey } from "../core/notes/verifier-key.ts"
import { verifyConsistency } from "../core/tree/verify-consistency.ts"
import { readSubmission, type Submission } from "./read-submission.ts"
import type { Cosigned, WitnessState } from "./witness-state.ts"

export interface WitnessParts {
  readonly state: WitnessState
  /** Keys of the logs that are witnessed: the name of each is the log's origin. */
  readonly logs: readonly VerifierKey[]
  /** A signature line for the text of a checkpoint, at this moment. */
  readonly cosign: (text: string) => string
}

export type AddOutcome =
  | { readonly status: "malformed" }
  | ({ readonly submission: Submission } & (
      | { readonly status: "cosigned"; readonly line: string }
      | { readonly status: "unknown_log" | "untrusted" | "old_too_large" | "inconsistent" }
      /** The old size isn't that of the checkpoint which was signed last. */
      | { readonly status: "conflict"; readonly size: number }
    ))

/** C2SP tlog-witness, `add-checkpoint`. What it says is signed is on the disk. */
export function addCheckpoint(body: string, { state, logs, cosign }: WitnessParts): AddOutcome {
  const submission = readSubmission(body)
  if (submission === null) return { status: "malformed" }
  const { origin, oldSize, size, note } = submission
  const keys = logs.filter(({ name }) => name === origin)
  if (keys.length === 0) return { status: "unknown_log", submission }
  const { verified, broken } = checkNote(note, keys)
  if (verified.length === 0 || broken.length > 0) return { status: "untrusted", submission }
  if (oldSize > size) return { status: "old_too_large", submission }
  let outcome: AddOutcome = { status: "inconsistent", submission }
  state.update(origin, (last) => {
    const lastSize = last?.size ?? 0
    if (oldSize !== lastSize) outcome = { status: "conflict", size: lastSize, submission }
    if (oldSize !== lastSize || !follows(submission, last)) return null
    const line = cosign(note.text)
    outcome = { status: "cosigned", line, submission }
    return { size, root: submission.root, note: writeNote(note, verified, line) }
  })
  return outcome
}

// Of a checkpoint of nothing, the root must be that of nothing: verifyConsistency sees to it.
function follows({ oldSize, size, root, proof }: Submission, last: Cosigned | null): boolean {
  return verifyConsistency({ oldSize, oldRoot: last?.root ?? root, size, root, proof })
}

/** The text with what the log signed and what we did, and nothing that nobody has checked. */
function writeNote({ text, signatures }: SignedNote, keys: readonly VerifierKey[], line: string): string {
  const own = signatures.filter(({ name, id }) => keys.some((key) => key.name === name && key.id === id))
  const lines = new Set([...own.map((signature) => signature.line), line])
  return `${text}\n${[...lines].map((one) => `${one}\n`).join("")}`
}
