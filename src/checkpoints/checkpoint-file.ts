import { type FileHandle, open, rename, stat } from "node:fs/promises"
import { basename, dirname } from "node:path"
import { SECOND } from "../core/clock.ts"
import type { CheckpointOutlet } from "../core/sealing/checkpoint-outlet.ts"
import { readNewestNote } from "./newest-note.ts"
import { badOutlet, outletFailed } from "./outlet-failed.ts"

export interface CheckpointFileOptions {
  /** Least time between two checkpoints that are written, in milliseconds. Default a second. */
  readonly every?: number | undefined
  /** From this size on the file becomes `PATH.1`, in place of the one before, and a new one begins. Default 16 MB, more than half a day of one each second. */
  readonly maxBytes?: number | undefined
}

/**
 * No note can hold a form feed (C2SP signed-note, "Format"), and no other text of a checkpoint is kept from looking like the next one. It stands
 * before a note rather than behind, so that a line that a crash cut short ends with it.
 */
const SEPARATOR = "\f\n"
const MAX_BYTES = 16 * 1024 * 1024

/**
 * Appends checkpoints to a file, each on the disk before it counts: a line with a form feed (U+000C), then the note. The file is readable by its owner
 * alone, and several processes may write to it. The folder must be there. Keep it where the database's owner can't write.
 *
 * @throws LinklatchError `invalid_configuration` where an option is wrong
 */
export function checkpointFile(path: string, options: CheckpointFileOptions = {}): CheckpointOutlet {
  const { every = SECOND, maxBytes = MAX_BYTES } = options
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw badOutlet("checkpointFile.path", "It is not a path.", "Name a file, as /var/lib/linklatch-log/checkpoints.")
  }
  const older = `${path}.1`
  return {
    name: `file ${basename(path)}`,
    every,
    async publish({ note }) {
      try {
        await rotate(path, older, maxBytes)
        await append(path, `${SEPARATOR}${note}`)
      } catch (cause) {
        throw outletFailed(`The checkpoint file ${path} can't be written.`, cause)
      }
      return { cosigned: null }
    },
    async latest(origin) {
      try {
        return (await readNewestNote(path, origin)) ?? (await readNewestNote(older, origin))
      } catch (cause) {
        throw outletFailed(`The checkpoint file ${path} can't be read.`, cause)
      }
    },
    close: () => Promise.resolve(),
  }
}

// A file that may only be appended to, or that is mounted by itself, can't be renamed: then it grows, and is its owner's to look after.
const IMMOVABLE = new Set(["EPERM", "EACCES", "EBUSY", "EROFS"])

/** Two processes that do it at once leave a short `PATH.1`; the newest checkpoint is in one of the two whatever happens. */
async function rotate(path: string, older: string, maxBytes: number): Promise<void> {
  try {
    if ((await stat(path)).size < maxBytes) return
    await rename(path, older)
    await syncFolder(path)
  } catch (error) {
    const code = codeOf(error)
    if (code !== "ENOENT" && !IMMOVABLE.has(code)) throw error
  }
}

// Opened each time: whoever moves the file away, as logrotate does, needn't tell us.
async function append(path: string, text: string): Promise<void> {
  const bytes = Buffer.from(text)
  const file = await open(path, "a", 0o600)
  try {
    const isNew = (await file.stat()).size === 0
    await writeAtOnce(file, bytes)
    await file.sync()
    if (isNew) await syncFolder(path)
  } finally {
    await file.close()
  }
}

// One write, so that another process's can't come in between. The rest of a short one must not follow: it would stand behind theirs.
async function writeAtOnce(file: FileHandle, bytes: Buffer): Promise<void> {
  const { bytesWritten } = await file.write(bytes)
  if (bytesWritten !== bytes.length) throw new Error(`Only ${bytesWritten} of ${bytes.length} bytes were written.`)
}

// A file's name is on the disk only once its folder is.
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), "r")
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : ""
}
