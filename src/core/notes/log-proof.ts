import { LinklatchError } from "../fault.ts"
import { readBase64 } from "../read-base64.ts"
import { hashBase64, hashFromBase64 } from "../tree/encode-hash.ts"
import type { TreeHash } from "../tree/hash.ts"
import { readCheckpoint } from "./checkpoint.ts"
import { readNote } from "./signed-note.ts"

/** All that it takes to check, without the log, that a leaf is in it (C2SP tlog-proof): but for the leaf, and the keys to trust. */
export interface LogProof {
  /** What the application adds for itself; nobody vouches for it. Null where there is none. */
  readonly extra: Uint8Array | null
  /** Of the leaf. */
  readonly index: number
  /** RFC 6962 §2.1.1: the sibling's hash first. */
  readonly proof: readonly TreeHash[]
  /** The checkpoint's signed note, as the log or a witness gave it. */
  readonly checkpoint: string
}

const HEAD = "c2sp.org/tlog-proof@v1"
const EXTRA = "extra "
const INDEX_SHAPE = /^index (0|[1-9]\d{0,15})$/
// A tree of 2^53 leaves is no higher; RFC 6962's of 2^64 is 64 high.
const MAX_HASHES = 64

/** The file of a proof: `.tlog-proof`. */
export function writeLogProof({
  extra = null,
  index,
  proof,
  checkpoint,
}: Omit<LogProof, "extra"> & { readonly extra?: Uint8Array | null }): string {
  const lines = [
    HEAD,
    ...(extra === null ? [] : [`${EXTRA}${Buffer.from(extra).toString("base64")}`]),
    `index ${index}`,
    ...proof.map(hashBase64),
  ]
  const text = `${lines.join("\n")}\n\n${checkpoint}`
  if (readLogProof(text) === null) {
    throw new LinklatchError(
      "invalid_argument",
      "A proof has an index of 0 or more, at most 64 hashes, and a signed checkpoint.",
    )
  }
  return text
}

/** Null for what no proof is. It says nothing of whether it proves anything. Never throws. */
export function readLogProof(text: string): LogProof | null {
  const end = text.indexOf("\n\n")
  if (end === -1) return null
  const [head, ...lines] = text.slice(0, end).split("\n", MAX_HASHES + 4)
  const extra = lines[0]?.startsWith(EXTRA) ? readBase64((lines.shift() ?? "").slice(EXTRA.length)) : undefined
  const [, index] = INDEX_SHAPE.exec(lines.shift() ?? "") ?? []
  const proof = lines.map(hashFromBase64).filter((hash) => hash !== null)
  const checkpoint = text.slice(end + 2)
  if (head !== HEAD || extra === null || index === undefined || !Number.isSafeInteger(Number(index))) return null
  if (proof.length < lines.length || proof.length > MAX_HASHES || !isCheckpoint(checkpoint)) return null
  return { extra: extra === undefined ? null : Uint8Array.from(extra), index: Number(index), proof, checkpoint }
}

function isCheckpoint(note: string): boolean {
  const read = readNote(note)
  return read !== null && readCheckpoint(read.text) !== null
}
