import { existsSync, readFileSync } from "node:fs"
import { readNote } from "../../core/notes/signed-note.ts"
import type { OutletsConfig } from "../../server/server-config.ts"

export interface OutsideCheckpoints {
  readonly notes: readonly { readonly note: string; readonly source: string }[]
  /** Pieces that are no note: what a crash leaves of one that was being written. */
  readonly torn: number
}

export type OutsideOutcome =
  | ({ readonly status: "read" } & OutsideCheckpoints)
  | { readonly status: "failed"; readonly problem: string }

// What `checkpointFile` writes before each note, as no note can hold it.
const SEPARATOR = "\f\n"

/** The files that were named; or else, where they are there, the one that the settings name and what it was before it grew too large. */
export function checkpointFiles(
  named: readonly string[] | undefined,
  { file }: Pick<OutletsConfig, "file">,
): readonly string[] {
  if (named !== undefined) return named
  return file === null ? [] : [`${file}.1`, file].filter((path) => existsSync(path))
}

/**
 * Reads files of checkpoints as our outlet writes them, or with a single note, as a witness or a colleague hands it over. Those of a former name,
 * which the log gave up when a backup was restored, are left out: they may cover what was lost then.
 */
export function readOutsideCheckpoints(paths: readonly string[], former: readonly string[] = []): OutsideOutcome {
  const notes = new Map<string, string>()
  let torn = 0
  for (const path of paths) {
    let pieces: readonly string[]
    try {
      pieces = readFileSync(path, "utf8")
        .split(SEPARATOR)
        .filter((piece) => piece !== "")
    } catch (error) {
      return { status: "failed", problem: `${path} can't be read: ${(error as Error).message}` }
    }
    const readable = pieces.filter((piece) => readNote(piece) !== null)
    if (readable.length === 0) return { status: "failed", problem: `There is no checkpoint in ${path}.` }
    torn += pieces.length - readable.length
    for (const note of readable.filter((one) => !former.includes(originOf(one)))) notes.set(note, path)
  }
  return { status: "read", notes: [...notes].map(([note, source]) => ({ note, source })), torn }
}

function originOf(note: string): string {
  return note.slice(0, note.indexOf("\n"))
}
