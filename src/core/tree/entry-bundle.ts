import { LinklatchError } from "../fault.ts"
import { TILE_WIDTH } from "./tile.ts"

const LENGTH_BYTES = 2
export const MAX_LEAF_BYTES = 65_535

// A byte order mark is part of a leaf, not of how it is written.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** C2SP tlog-tiles, "Log entries": each leaf as UTF-8 after its length in two bytes, big end first. */
export function encodeBundle(leaves: readonly string[]): Buffer {
  const parts = leaves.map((leaf) => Buffer.from(leaf))
  const bundle = Buffer.alloc(parts.reduce((length, part) => length + LENGTH_BYTES + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    if (part.byteLength > MAX_LEAF_BYTES) {
      throw new LinklatchError("invalid_argument", `A leaf in a bundle has at most ${MAX_LEAF_BYTES} bytes.`)
    }
    at = bundle.writeUInt16BE(part.byteLength, at)
    at += part.copy(bundle, at)
  }
  return bundle
}

/** Null for what isn't whole, isn't UTF-8, or holds more leaves than a tile does. Never throws. */
export function decodeBundle(bundle: Uint8Array): readonly string[] | null {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength)
  const leaves: string[] = []
  for (let at = 0; at < bundle.byteLength; ) {
    const start = at + LENGTH_BYTES
    const end = start > bundle.byteLength ? Number.POSITIVE_INFINITY : start + view.getUint16(at)
    if (end > bundle.byteLength || leaves.length === TILE_WIDTH) return null
    const leaf = decode(bundle.subarray(start, end))
    if (leaf === null) return null
    leaves.push(leaf)
    at = end
  }
  return leaves
}

function decode(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes)
  } catch {
    // Not UTF-8: nothing that we wrote.
    return null
  }
}
