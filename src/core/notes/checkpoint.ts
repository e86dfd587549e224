import { LinklatchError } from "../fault.ts"
import { hashBase64, hashFromBase64 } from "../tree/encode-hash.ts"
import type { TreeHash } from "../tree/hash.ts"
import { hasControl } from "./key-name.ts"
import { isNoteText } from "./signed-note.ts"

/** What a log says of itself (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** The name of the log. */
  readonly origin: string
  /** How many leaves there are. */
  readonly size: number
  readonly root: TreeHash
}

export interface ReadCheckpoint extends Checkpoint {
  /** Lines that follow the three: opaque, and none of ours has any. */
  readonly extensions: readonly string[]
}

const SIZE_SHAPE = /^(?:0|[1-9]\d{0,15})$/

/** The text to sign: three lines, each with its newline. */
export function writeCheckpoint({ origin, size, root }: Checkpoint): string {
  if (origin === "" || hasControl(origin) || !origin.isWellFormed() || !Number.isSafeInteger(size) || size < 0) {
    throw new LinklatchError("invalid_argument", "A checkpoint has a name on one line and a size of 0 or more leaves.")
  }
  return `${origin}\n${size}\n${hashBase64(root)}\n`
}

/** The text of a note, without its signatures; null where it isn't a checkpoint. A size of more than 2^53 - 1 leaves is none. */
export function readCheckpoint(text: string): ReadCheckpoint | null {
  if (!isNoteText(text)) return null
  const [origin = "", size = "", encoded = "", ...extensions] = text.slice(0, -1).split("\n")
  const root = hashFromBase64(encoded)
  if (origin === "" || !SIZE_SHAPE.test(size) || !Number.isSafeInteger(Number(size)) || root === null) return null
  return extensions.includes("") ? null : { origin, size: Number(size), root, extensions }
}
