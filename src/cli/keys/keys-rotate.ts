import { HOUR, isoTime } from "../../core/clock.ts"
import { systemRandom } from "../../core/random.ts"
import { createSecret } from "../../core/secret.ts"
import { readEnvironment } from "../../server/environment.ts"
import type { CommandContext } from "../command-context.ts"
import { isConfirmed } from "../confirm.ts"
import { readEnvText, setInEnvText } from "../env-file/env-text.ts"
import { mergeEnv } from "../env-file/read-env-file.ts"
import { writeFileWhole } from "../env-file/write-file-whole.ts"
import { exitCodes } from "../exit-codes.ts"
import { plural } from "../plural.ts"
import { printError } from "../print-error.ts"
import { findSecrets, type SecretPlace } from "./find-secrets.ts"
import { secretLine, showSecrets } from "./secret-lines.ts"

export interface KeysRotateOptions {
  /** How many of the older secrets stay. */
  readonly keep: number
  readonly yes?: boolean
}

type FilePlace = Exclude<SecretPlace, { readonly kind: "environment" }>

/** Puts a new secret in front of the others, in the file where they stand; whoever is signed in stays so. */
export async function keysRotateCommand(
  context: CommandContext,
  envFile: string | undefined,
  { keep, yes }: KeysRotateOptions,
): Promise<number> {
  const found = findSecrets(context, envFile)
  if (found.status === "missing") return printError(context, { code: "no_secret", message: found.problem })
  const { place } = found
  if (place.kind === "environment") return printError(context, { code: "no_secret", message: IN_ENVIRONMENT })
  const message = "Keep no older secret? Everybody would be signed out when the server starts again."
  if (keep === 0 && !(await isConfirmed(context, { message, isYes: yes }))) return exitCodes.failed
  const secrets = [createSecret(systemRandom), ...place.secrets.slice(0, keep)]
  const problem = write(place, secrets.join(","))
  if (problem !== null) return printError(context, { code: "file_failed", message: problem })
  return tell(context, place, secrets)
}

const IN_ENVIRONMENT =
  "LINKLATCH_SECRET is set in the environment, which no command can change. Change it where it is set, or name the file " +
  "that it comes from: --env-file .env"

/** Returns what went wrong, or null. */
function write({ kind, shown, file }: FilePlace, value: string): string | null {
  const text = file.text ?? ""
  const changed = kind === "secret_file" ? `${value}\n` : setInEnvText(text, "LINKLATCH_SECRET", value)
  if (changed === null) return `${shown} can't be changed without changing what other lines mean. Nothing was written.`
  try {
    writeFileWhole(file, changed)
    return null
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause)) return `${String(cause)} Nothing was written.`
    const cure = "If it is mounted or read-only here, change it where it comes from. Nothing was written."
    return `${shown} can't be replaced (${String(cause.code)}). ${cure}`
  }
}

function tell(context: CommandContext, place: FilePlace, secrets: readonly string[]): number {
  const kept = secrets.length - 1
  const dropped = place.secrets.length - kept
  const hours = sessionTtl(context, place) / HOUR
  const oldMayGoAt = isoTime(Date.now() + hours * HOUR)
  const list = showSecrets(secrets)
  if (context.isJson) {
    context.print(JSON.stringify({ status: "rotated", place: place.shown, kept, dropped, oldMayGoAt, secrets: list }))
    return exitCodes.ok
  }
  const lines = [
    `A new secret stands first in ${place.shown}.`,
    ...list.map(secretLine),
    "",
    ...next({ kept, dropped, hours, oldMayGoAt }),
  ]
  context.print(lines.join("\n"))
  return exitCodes.ok
}

function next({ kept, dropped, hours, oldMayGoAt }: Told): readonly string[] {
  const restart =
    "1. Restart every process that reads it, all at once: one that still runs doesn't know the new secret."
  if (kept === 0) return ["Next", `  ${restart}`, "     Everybody signs in again."]
  const gone = `${plural(dropped, "older secret")} went: sessions that were signed with what went end at the restart.`
  return [
    dropped === 0 ? "Nobody is signed out." : gone,
    "Next",
    `  ${restart}`,
    `  2. ${hours} hours (SESSION_HOURS) later, on ${oldMayGoAt.slice(0, 10)} if you restart now, no live session needs the older`,
    "     ones: take them off the list.",
  ]
}

interface Told {
  readonly kept: number
  readonly dropped: number
  readonly hours: number
  readonly oldMayGoAt: string
}

/** SESSION_HOURS as the server would read it, in milliseconds: after so long no session is older than the new secret. */
function sessionTtl(context: CommandContext, place: FilePlace): number {
  const env = place.kind === "env_file" ? mergeEnv(context.env, readEnvText(place.file.text ?? "")) : context.env
  const { settings } = readEnvironment(env, { command: "serve", directory: context.directory, isOnlyLooking: true })
  return settings.sessionTtl
}
