import { checkNote } from "../notes/check-note.ts"
import { readCheckpoint } from "../notes/checkpoint.ts"
import { timeOfCosignature } from "../notes/cosignature.ts"
import { readNote, type SignedNote } from "../notes/signed-note.ts"
import { COSIGNATURE, ED25519, type VerifierKey } from "../notes/verifier-key.ts"
import type { TreeHash } from "../tree/hash.ts"
import type { Findings } from "./finding.ts"

/** A checkpoint that a key of the log signed. */
export interface ProvenCheckpoint {
  readonly origin: string
  readonly size: number
  readonly root: TreeHash
  readonly note: string
  readonly signedBy: VerifierKey
  /** Witnesses that are known and signed it too, and when, in seconds since the epoch. */
  readonly witnesses: readonly { readonly name: string; readonly at: number }[]
  /** `the database`, or the file it is from. */
  readonly source: string
  readonly isOutside: boolean
}

/** Which keys to believe: those of a log under a name, and those of witnesses. */
export interface KnownKeys {
  readonly log: (origin: string) => readonly VerifierKey[]
  readonly witnesses: readonly VerifierKey[]
}

export interface GivenNote {
  readonly note: string
  readonly source: string
  readonly isOutside: boolean
  /** What its row says its size is. */
  readonly size?: number
}

/** Reads checkpoints, says what is wrong with them by themselves, and keeps those that count, smallest first. */
export function readCheckpoints(
  notes: Iterable<GivenNote>,
  keys: KnownKeys,
  findings: Findings,
): readonly ProvenCheckpoint[] {
  const proven: ProvenCheckpoint[] = []
  for (const given of notes) {
    const checkpoint = readOne(given, keys, findings)
    if (checkpoint !== null) proven.push(checkpoint)
  }
  return proven.sort((one, other) => one.size - other.size)
}

type NoteFault = "checkpoint_unreadable" | "checkpoint_unsigned" | "checkpoint_forged" | "checkpoint_mismatch"

function readOne(given: GivenNote, keys: KnownKeys, findings: Findings): ProvenCheckpoint | null {
  const { source, isOutside } = given
  const note = readNote(given.note)
  const checkpoint = note === null ? null : readCheckpoint(note.text)
  const size = checkpoint?.size ?? given.size
  const tell = (code: NoteFault, message: string) => {
    findings.add({ code, source, ...(size !== undefined && { size }), message })
    return null
  }
  if (note === null || checkpoint === null)
    return tell("checkpoint_unreadable", `A checkpoint in ${source} can't be read.`)
  const name = `The checkpoint of ${checkpoint.size} events in ${source}`
  if (given.size !== undefined && given.size !== checkpoint.size)
    return tell("checkpoint_mismatch", `${name} stands where one of ${given.size} should be.`)
  const { verified, broken } = checkNote(note, [...keys.log(checkpoint.origin), ...keys.witnesses])
  const [forged] = broken
  if (forged !== undefined)
    return tell("checkpoint_forged", `${name} has a signature in the name of ${forged.name} that isn't by it.`)
  const signedBy = verified.find(({ type, name: signer }) => type === ED25519 && signer === checkpoint.origin)
  if (signedBy === undefined)
    return tell(
      "checkpoint_unsigned",
      `${name}, of the log ${checkpoint.origin}, is signed by none of the keys that are known here. If it is an older key's, give it by --key.`,
    )
  const { origin, root } = checkpoint
  const witnesses = witnessesOf(note, verified)
  return { origin, root, size: checkpoint.size, note: given.note, signedBy, witnesses, source, isOutside }
}

function witnessesOf(note: SignedNote, verified: readonly VerifierKey[]): ProvenCheckpoint["witnesses"] {
  return verified
    .filter(({ type }) => type === COSIGNATURE)
    .map(({ name, id }) => {
      const own = note.signatures.find((one) => one.name === name && one.id === id)
      return { name, at: (own === undefined ? null : timeOfCosignature(own.signature)) ?? 0 }
    })
}
