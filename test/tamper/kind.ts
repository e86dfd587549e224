import type { DatabaseSync } from "node:sqlite"
import type { Draw } from "./draw.ts"
import type { LogFacts } from "./log-facts.ts"

/** What somebody did to a log. */
export interface Tampered {
  /** The first event that isn't what it was, or isn't where it was; null where no event was touched. */
  readonly first: number | null
  /**
   * False where all hashes were made to fit: then only a checkpoint tells, and the event is somewhere below its size and not below that of the
   * last one that fits.
   */
  readonly isExact?: boolean
}

/** A way to tamper with a log. */
export interface Kind {
  readonly name: string
  /** By what a finding may be called. */
  readonly codes: readonly string[]
  /** Changes a copy of the file, whose triggers are gone; null where this log has no place for it. */
  tamper(file: TamperedFile): Tampered | null
  /** What is done to the file once it is closed. */
  readonly afterwards?: (tampered: {
    readonly path: string
    readonly log: LogFacts
    readonly draw: Draw
  }) => Promise<void>
}

export interface TamperedFile {
  readonly database: DatabaseSync
  readonly log: LogFacts
  readonly draw: Draw
}

/** One of these. */
export function pick<Value>(values: readonly Value[], draw: Draw): Value {
  return values[draw(values.length)] as Value
}
