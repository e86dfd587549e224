import { readBase64 } from "../read-base64.ts"
import { hasControl, isKeyName } from "./key-name.ts"

/** A text and who signed it, before anything is checked (C2SP signed-note, "Format"). */
export interface SignedNote {
  /** Ends with a newline. */
  readonly text: string
  /** In their order; at least one. */
  readonly signatures: readonly NoteSignature[]
}

export interface NoteSignature {
  /** Of the key. */
  readonly name: string
  /** Of the key, 32 bits. */
  readonly id: number
  /** What follows the id: 64 bytes for Ed25519, 72 for a witness's cosignature, others for others. */
  readonly signature: Uint8Array
  /** As it stands in the note, without its newline. */
  readonly line: string
}

// Generous: 100 signatures of the longest kind that is assigned have 500 kB. Verifiers must take at least 16.
const MAX_LENGTH = 1_000_000
const MAX_SIGNATURES = 100
const ID_BYTES = 4
const BREAK = "\n\n"

/** Null for what no note is, and for more than 100 signatures. Never throws. */
export function readNote(note: string): SignedNote | null {
  // The text may have empty lines: the last one ends it.
  const end = note.lastIndexOf(BREAK)
  if (end === -1 || note.length > MAX_LENGTH || !note.endsWith("\n")) return null
  const text = note.slice(0, end + 1)
  const lines = note.slice(end + BREAK.length, -1).split("\n", MAX_SIGNATURES + 1)
  if (!isNoteText(text) || lines.length > MAX_SIGNATURES) return null
  const signatures = lines.map(readSignatureLine).filter((signature) => signature !== null)
  return signatures.length === lines.length ? { text, signatures } : null
}

/** Whether it can be signed: it ends with a newline, is well-formed, and has no other control characters of ASCII. */
export function isNoteText(text: string): boolean {
  return text.endsWith("\n") && text.isWellFormed() && !hasControl(text.replaceAll("\n", ""))
}

/** One line, without its newline; null where it is none. */
export function readSignatureLine(line: string): NoteSignature | null {
  const [dash, name = "", encoded = "", ...more] = line.split(" ")
  const bytes = readBase64(encoded)
  if (dash !== "—" || !isKeyName(name) || more.length > 0 || bytes === null || bytes.byteLength <= ID_BYTES) return null
  return { name, id: bytes.readUInt32BE(), signature: Uint8Array.from(bytes.subarray(ID_BYTES)), line }
}

/** Without its newline. */
export function writeSignatureLine(name: string, id: number, signature: Uint8Array): string {
  const head = Buffer.alloc(ID_BYTES)
  head.writeUInt32BE(id)
  return `— ${name} ${Buffer.concat([head, signature]).toString("base64")}`
}
