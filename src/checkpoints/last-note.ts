import { type FileHandle, open } from "node:fs/promises"
import { readCheckpoint } from "../core/notes/checkpoint.ts"
import { readNote } from "../core/notes/signed-note.ts"

const FORM_FEED = "\f"
const WINDOW = 64 * 1024

/** The last whole checkpoint of an origin in a file of them, read from the end. Null where there is none, or no file. */
export async function readLastNote(path: string, origin: string): Promise<string | null> {
  const file = await openToRead(path)
  if (file === null) return null
  try {
    const { size } = await file.stat()
    for (let window = WINDOW; ; window *= 4) {
      const from = Math.max(0, size - window)
      const note = findLast(await readFrom(file, from, size), from === 0, origin)
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

/** A note that a crash cut short reads as none, and the one before it counts. */
function findLast(text: string, isWhole: boolean, origin: string): string | null {
  const pieces = text.split(FORM_FEED)
  // What stands before the first form feed may have begun earlier.
  for (const piece of pieces.slice(isWhole ? 0 : 1).reverse()) {
    const note = piece.replace(/^\n/, "")
    if (note.startsWith(`${origin}\n`) && isCheckpoint(note)) return note
  }
  return null
}

function isCheckpoint(text: string): boolean {
  const note = readNote(text)
  return note !== null && readCheckpoint(note.text) !== null
}
