import { LinklatchError } from "../fault.ts"
import type { LogKey } from "./log-key.ts"
import { isNoteText, readNote, readSignatureLine, writeSignatureLine } from "./signed-note.ts"
import { ED25519, verifierKeyOf } from "./verifier-key.ts"

/** A whole note with one Ed25519 signature (C2SP signed-note). The text ends with a newline. */
export function signNote(text: string, { name, key }: { readonly name: string; readonly key: LogKey }): string {
  if (!isNoteText(text)) {
    throw new LinklatchError(
      "invalid_argument",
      "A note's text ends with a newline and has no other control characters.",
    )
  }
  const { id } = verifierKeyOf(name, ED25519, key.publicKey)
  return `${text}\n${writeSignatureLine(name, id, key.sign(text))}\n`
}

/** The note with more signature lines, each without its newline; those that it has already stay as they are. */
export function addSignatures(note: string, lines: readonly string[]): string {
  const read = readNote(note)
  if (read === null || !lines.every((line) => readSignatureLine(line) !== null)) {
    throw new LinklatchError("invalid_argument", "Signature lines are added to a signed note, each in C2SP's form.")
  }
  const all = new Set([...read.signatures.map(({ line }) => line), ...lines])
  return `${read.text}\n${[...all].map((line) => `${line}\n`).join("")}`
}
