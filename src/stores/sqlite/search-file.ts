import { closeSync, openSync, readSync } from "node:fs"

const CHUNK_BYTES = 4 * 1024 * 1024

/**
 * Whether any of these sequences of bytes stands anywhere in a file. Never to be called while this process has the database open: to
 * close the file gives up its locks (open-database.ts).
 */
export function isAnyInFile(path: string, marks: readonly Uint8Array[]): boolean {
  if (marks.length === 0) return false
  const overlap = Math.max(...marks.map(({ byteLength }) => byteLength)) - 1
  const chunk = Buffer.alloc(CHUNK_BYTES + overlap)
  const file = openSync(path, "r")
  try {
    let kept = 0
    for (;;) {
      const read = readSync(file, chunk, kept, CHUNK_BYTES, null)
      if (read === 0) return false
      const filled = chunk.subarray(0, kept + read)
      if (marks.some((mark) => filled.indexOf(mark) !== -1)) return true
      // A mark may lie across the border.
      kept = Math.min(overlap, filled.length)
      chunk.copyWithin(0, filled.length - kept, filled.length)
    }
  } finally {
    closeSync(file)
  }
}
