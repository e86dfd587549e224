import type { Actor } from "../audit/event.ts"

/**
 * Whom was erased, kept out of the database's reach: a backup knows nothing of what was erased after it. It names nobody: an address stands
 * in it as a hash under a key of the server's.
 */
export interface ErasureJournal {
  /** For messages: the path of the file. */
  readonly name: string
  /** Resolves once the entry outlives a power cut. */
  append(entry: ErasureEntry): Promise<void>
  /** Oldest first. Rejects where it can't be read; one that doesn't exist yet is empty. */
  read(): Promise<ErasureEntries>
}

export interface ErasureEntry {
  /** UUIDv7. */
  readonly id: string
  /** Milliseconds since the epoch: what came later is not part of it. */
  readonly at: number
  readonly by: Actor
  /** Of the user, where there was one. */
  readonly userId: string | null
  /** Of the address, where one was known. */
  readonly mark: ErasureMark | null
}

/** Says which address is meant to whoever has the address and the key, and nothing to others. */
export interface ErasureMark {
  /** Which key it was made with. */
  readonly key: string
  readonly hash: string
}

export interface ErasureEntries {
  readonly entries: readonly ErasureEntry[]
  /** Lines that nobody can read, by their number from 1. */
  readonly unreadable: readonly number[]
}

/** Where erasures from a database file are noted unless somebody says otherwise. */
export function journalBeside(path: string): string {
  return `${path}.erasures`
}

const VERSION = 1

/** One line of a journal that is a file. */
export function writeEntry({ id, at, by, userId, mark }: ErasureEntry): string {
  return JSON.stringify({
    v: VERSION,
    id,
    at: new Date(at).toISOString(),
    by,
    userId,
    key: mark?.key,
    address: mark?.hash,
  })
}

/** Reads lines, with or without an end of the last one: a process may have died while it wrote that. */
export function readEntries(text: string): ErasureEntries {
  const entries: ErasureEntry[] = []
  const unreadable: number[] = []
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue
    const entry = readEntry(line)
    if (entry === null) unreadable.push(index + 1)
    else entries.push(entry)
  }
  return { entries, unreadable }
}

function readEntry(line: string): ErasureEntry | null {
  try {
    const { v, id, at, by, userId, key, address } = JSON.parse(line)
    const time = Date.parse(at)
    const isWhole = v === VERSION && typeof id === "string" && Number.isFinite(time) && isTextOrNull(userId)
    if (!isWhole || !isTextOrNull(key ?? null) || !isTextOrNull(address ?? null)) return null
    const mark = key == null || address == null ? null : { key, hash: address }
    return userId === null && mark === null ? null : { id, at: time, by, userId, mark }
  } catch {
    // Half a line, or somebody's own.
    return null
  }
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string"
}
