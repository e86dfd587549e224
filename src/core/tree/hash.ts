import { hash } from "node:crypto"
import type { Branded } from "../brand.ts"

/**
 * A SHA-256 hash as a text of 32 characters from U+0000 to U+00FF, one for each byte: three times as quick to make as a Buffer
 * (0.27 µs against 0.85), and what a log hashes most are hashes.
 */
export type TreeHash = Branded<"TreeHash">

export const HASH_BYTES = 32

/** RFC 6962 §2.1: the root of a tree without leaves. */
export const EMPTY_ROOT = hash("sha256", "", "binary") as TreeHash

/** RFC 6962 §2.1: SHA-256 of 0x00 and the leaf, as UTF-8. */
export function hashLeaf(leaf: string): TreeHash {
  return hash("sha256", `\0${leaf}`, "binary") as TreeHash
}

const pair = Buffer.alloc(1 + 2 * HASH_BYTES, 1)

/** RFC 6962 §2.1: SHA-256 of 0x01 and both children. */
export function hashChildren(left: TreeHash, right: TreeHash): TreeHash {
  pair.write(left, 1, HASH_BYTES, "latin1")
  pair.write(right, 1 + HASH_BYTES, HASH_BYTES, "latin1")
  return hash("sha256", pair, "binary") as TreeHash
}
