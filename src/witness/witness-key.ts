import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import { deriveLogKey, type LogKey } from "../core/notes/log-key.ts"
import { systemRandom } from "../core/random.ts"
import { createSecret, isSecretShaped } from "../core/secret.ts"

export type WitnessKey =
  | {
      readonly status: "read" | "made"
      readonly key: LogKey
      /** Others than its owner may read the file. */
      readonly isOpen: boolean
    }
  | { readonly status: "unreadable"; readonly problem: string }

/** The key of a witness of this name, from a file that is made where there is none. */
export function openWitnessKey(path: string, name: string): WitnessKey {
  try {
    const made = makeFile(path)
    const { secret, isOpen } = readFile(path)
    if (!isSecretShaped(secret)) return { status: "unreadable", problem: `${path} holds no key of a witness.` }
    // Of the same file, another name has another key: one key for two witnesses could be made to say what neither has seen (C2SP
    // tlog-cosignature, "Ed25519 signed message").
    return { status: made ? "made" : "read", key: deriveLogKey(`${secret}\n${name}`), isOpen }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable"
    return { status: "unreadable", problem: `${path} can't be read or made (${code}).` }
  }
}

function makeFile(path: string): boolean {
  let file: number
  try {
    file = openSync(path, "wx", 0o600)
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false
    throw error
  }
  try {
    writeSync(file, `${createSecret(systemRandom)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  syncFolder(path)
  return true
}

// Its name too must be on the disk before anybody is told to trust the key.
function syncFolder(path: string): void {
  const folder = openSync(dirname(path), "r")
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function readFile(path: string): { secret: string; isOpen: boolean } {
  const file = openSync(path, "r")
  try {
    return { secret: readFileSync(file, "utf8").trim(), isOpen: (fstatSync(file).mode & 0o077) !== 0 }
  } finally {
    closeSync(file)
  }
}
