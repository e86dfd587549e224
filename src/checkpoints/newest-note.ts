import { type FileHandle, open } from "node:fs/promises"
import { readCheckpoint } from "../core/notes/checkpoint.ts"
import { readNote } from "../core/notes/signed-note.ts"

const FORM_FEED = "\f"
const WINDOW = 64 * 1024

/**
 * The newest whole checkpoint of an origin in a file of them, read from the end. Null where there is none, or no file. Of several processes that
 * write to it, one that was held up may have put an older one behind it.
 */
export async function readNewestNote(path: string, origin: string): Promise<string | null> {
  const file = await openToRead(path)
  if (file === null) return null
  try {
    const { size } = await file.stat()
    for (let window = WINDOW; ; window *= 4) {
      const from = Math.max(0, size - window)
      const note = findNewest(await readFrom(file, from, size), from === 0, origin)
      if (note !== null || from === 0) return note
    }
  } finally {
    await file.close()
  }
}

async function openToRead(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r")
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null
    throw error
  }
}

async function readFrom(file: FileHandle, from: number, to: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from)
  return buffer.toString("utf8", 0, bytesRead)
}

/** A note that a crash cut short reads as none, and those before it count. */
function findNewest(text: string, isWhole: boolean, origin: string): string | null {
  const pieces = text.split(FORM_FEED)
  let newest: { readonly note: string; readonly size: number } | null = null
  // What stands before the first form feed may have begun earlier.
  for (const piece of pieces.slice(isWhole ? 0 : 1).reverse()) {
    const note = piece.replace(/^\n/, "")
    const size = note.startsWith(`${origin}\n`) ? sizeOf(note) : null
    if (size !== null && size > (newest?.size ?? -1)) newest = { note, size }
  }
  return newest?.note ?? null
}

function sizeOf(text: string): number | null {
  const note = readNote(text)
  return note === null ? null : (readCheckpoint(note.text)?.size ?? null)
}
