import { LinklatchError } from "../fault.ts"
import { readBase64 } from "../read-base64.ts"
import { HASH_BYTES, type TreeHash } from "./hash.ts"

/** 32 bytes. */
export function hashBytes(hash: TreeHash): Buffer {
  return Buffer.from(hash, "latin1")
}

/** Of exactly 32 bytes: any other number would let a hash be made of a part of one. */
export function hashFrom(bytes: Uint8Array): TreeHash {
  if (bytes.byteLength !== HASH_BYTES) {
    throw new LinklatchError("invalid_argument", `A hash has ${HASH_BYTES} bytes, not ${bytes.byteLength}.`)
  }
  return latin1(bytes) as TreeHash
}

/** As checkpoints and proofs write it (RFC 4648 §4): 44 characters. */
export function hashBase64(hash: TreeHash): string {
  return hashBytes(hash).toString("base64")
}

/** Null where the text is not the one way to write 32 bytes. */
export function hashFromBase64(text: string): TreeHash | null {
  const bytes = readBase64(text)
  return bytes !== null && bytes.byteLength === HASH_BYTES ? hashFrom(bytes) : null
}

/** What a tile holds, or the part of it that is `width` hashes wide: the bytes must be at least that long. */
export function readHashes(bytes: Uint8Array, width: number): readonly TreeHash[] {
  const text = latin1(bytes)
  return Array.from({ length: width }, (_, at) => text.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES) as TreeHash)
}

// One text and one native call for a whole tile: a third of what a call for each hash costs.
export function writeHashes(hashes: readonly TreeHash[]): Buffer {
  return Buffer.from(hashes.join(""), "latin1")
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")
}
