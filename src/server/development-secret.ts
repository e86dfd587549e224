import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { systemRandom } from "../core/random.ts"
import { createSecret, isSecretShaped } from "../core/secret.ts"

const FOLDER = ".linklatch"
const FILE = "secret"

/**
 * The one that is kept, for whoever only looks. Where there is none: one that nobody has, so that nothing which somebody else signed
 * seems to be ours.
 */
export function lookAtDevelopmentSecret(directory: string): string {
  const file = join(directory, FOLDER, FILE)
  const kept = existsSync(file) ? readFileSync(file, "utf8").trim() : ""
  return isSecretShaped(kept) ? kept : createSecret(systemRandom)
}

/** Made once and kept in `.linklatch/secret`, so that sessions survive a restart of the development server. */
export function keepDevelopmentSecret(directory: string): string {
  const folder = join(directory, FOLDER)
  const file = join(folder, FILE)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const secret = createSecret(systemRandom)
  try {
    // "wx": of two servers that start at once, one makes it and the other reads it.
    writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: "wx" })
    return secret
  } catch (cause) {
    if (!(cause instanceof Error) || !("code" in cause) || cause.code !== "EEXIST") throw cause
  }
  const kept = readFileSync(file, "utf8").trim()
  if (!isSecretShaped(kept)) throw new Error(`${file} holds no secret of ours. Delete it, and a new one is made.`)
  return kept
}
