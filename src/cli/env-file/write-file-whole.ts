import { isUtf8 } from "node:buffer"
import { randomUUID } from "node:crypto"
import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs"

/** A file as it was read, or null where there was none. */
export interface ReadFile {
  readonly path: string
  readonly text: string | null
}

/** Reads a file that is to be changed, through a link if it is one. It throws where the file isn't UTF-8. */
export function readForChange(path: string): ReadFile {
  if (!existsSync(path)) return { path, text: null }
  const real = realpathSync(path)
  if (statSync(real).isDirectory()) throw new Error(`${path} is a folder. Name a file.`)
  const bytes = readFileSync(real)
  // Other bytes would be read as replacement characters, and written back as those.
  if (!isUtf8(bytes)) throw new Error(`${path} isn't written in UTF-8, so it can't be changed without damage.`)
  return { path: real, text: bytes.toString() }
}

/**
 * Puts a new text in the place of a file, whole or not at all, whenever the process ends: written beside it, then renamed.
 * Its owner stays, and its mode, unless another is given. It throws where somebody changed the file since it was read.
 */
export function writeFileWhole({ path, text: before }: ReadFile, text: string, mode?: number): void {
  const beside = `${path}.${randomUUID().slice(0, 8)}.tmp`
  // All of this is one turn: a Ctrl-C is told after it, and leaves nothing lying about.
  const hold = () => undefined
  process.on("SIGINT", hold)
  try {
    writeBeside(beside, text, before === null ? null : statSync(path), mode)
    if (before === null) {
      // Unlike a rename it fails where there is a file by now.
      linkSync(beside, path)
    } else {
      if (readFileSync(path, "utf8") !== before) throw new Error(`${path} was changed by somebody else just now.`)
      renameSync(beside, path)
    }
  } finally {
    if (existsSync(beside)) unlinkSync(beside)
    process.off("SIGINT", hold)
  }
}

function writeBeside(
  beside: string,
  text: string,
  like: { readonly mode: number; readonly uid: number; readonly gid: number } | null,
  mode: number | undefined,
): void {
  const file = openSync(beside, "wx", 0o600)
  try {
    // All of it or an error: one write alone stops without a word where the disk is full.
    writeFileSync(file, text)
    const own = fstatSync(file)
    // Root may rotate what a service reads.
    if (like !== null && (like.uid !== own.uid || like.gid !== own.gid)) fchownSync(file, like.uid, like.gid)
    fchmodSync(file, mode ?? (like === null ? 0o600 : like.mode & 0o777))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
