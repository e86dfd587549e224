import { chmodSync, existsSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { systemRandom } from "../../core/random.ts"
import { createSecret } from "../../core/secret.ts"
import type { CommandContext } from "../command-context.ts"
import { readEnvText } from "../env-file/env-text.ts"
import { type ReadFile, readForChange, writeFileWhole } from "../env-file/write-file-whole.ts"
import { exitCodes } from "../exit-codes.ts"
import { type CommandError, printError } from "../print-error.ts"
import type { Answered, AnswerName } from "./answers.ts"
import { checkSettings } from "./check-answer.ts"
import { chooseAnswers, type Flags } from "./choose-answers.ts"
import { type ComposedEnv, composeEnvText } from "./compose-env-text.ts"
import { findFramework } from "./find-framework.ts"
import { type GitOutcome, ignoreInGit } from "./ignore-in-git.ts"
import { printInit } from "./print-init.ts"

export interface InitOptions {
  readonly file: string
  readonly flags: Flags
  readonly yes?: boolean
}

type Composed = Extract<ComposedEnv, { status: "composed" }>

/** Writes a file of settings that works, has git ignore it, and shows how Linklatch is mounted here. */
export async function initCommand(context: CommandContext, options: InitOptions): Promise<number> {
  const path = resolve(context.directory, options.file)
  const file = readForChange(path)
  const values = readEnvText(file.text ?? "")
  const project = findFramework(context.directory)
  const known = chooseAnswers(values, options.flags, project, context.directory)
  const answered = await completeAnswers(context, known, options.yes === true)
  if (answered === null) return printError(context, { code: "unchanged", message: "Nothing was written." })
  const misuse = misuseOf(answered)
  if (misuse !== null) return printError(context, { code: "usage", message: misuse }, exitCodes.usage)
  const composed = composeEnvText(file.text ?? "", answered.answers, createSecret(systemRandom))
  if (composed.status === "refused") return printError(context, refused(options.file, composed.name))
  const faults = checkSettings(readEnvText(composed.text))
  const fault = faults.find(({ variable }) => composed.added.some((name) => name === variable))
  if (fault !== undefined) {
    const message = `${fault.variable}: ${fault.problem} ${fault.cure} Nothing was written.`
    return printError(context, { code: "usage", message, faults }, exitCodes.usage)
  }
  // First, so that settings with a secret in them never lie where git would take them along.
  const git = tellGit(path)
  if ("code" in git) return printError(context, git)
  const problem = write(file, composed)
  if (problem !== null) return printError(context, problem)
  const leftAside = flagsLeftAside(options.flags, answered)
  printInit(context, {
    file: options.file,
    isNew: file.text === null,
    answered,
    composed,
    leftAside,
    project,
    git,
    faults,
  })
  return exitCodes.ok
}

function tellGit(path: string): GitOutcome | CommandError {
  try {
    return ignoreInGit(path)
  } catch (cause) {
    const says = cause instanceof Error ? cause.message : String(cause)
    const message = `.gitignore can't be written, so git would take ${path} along: ${says} Nothing was written.`
    return { code: "file_failed", message }
  }
}

async function completeAnswers(context: CommandContext, known: Answered, isYes: boolean): Promise<Answered | null> {
  if (isYes || !context.canAsk) return known
  const { askAnswers } = await import("./ask-answers.ts")
  return askAnswers(known)
}

function misuseOf({ answers, sources }: Answered): string | null {
  const { signUp, adminEmails } = answers
  if (signUp === "open" || adminEmails.length > 0 || sources.signUp === "kept") return null
  return `With --sign-up ${signUp} and no --admin, nobody could ever sign in. Add --admin you@example.com. Nothing was written.`
}

const FLAGS: Readonly<Record<AnswerName, string>> = {
  siteName: "--site-name",
  baseUrl: "--base-url",
  adminEmails: "--admin",
  signUp: "--sign-up",
  mail: "--mail",
  framework: "--framework",
}

function flagsLeftAside(flags: Flags, { sources }: Answered): readonly string[] {
  const given = Object.keys(flags) as AnswerName[]
  return given.filter((name) => sources[name] === "kept").map((name) => FLAGS[name])
}

function refused(file: string, name: string): CommandError {
  const message = `${name} can't be added to ${file} without changing what its other lines mean. Nothing was written.`
  return { code: "file_failed", message }
}

/** Returns what went wrong, or null. Whatever was readable by others no longer is: there is a secret in it. */
function write(file: ReadFile, { text }: Composed): CommandError | null {
  try {
    if (text !== file.text) writeFileWhole(file, text, 0o600)
    else if (existsSync(file.path) && (statSync(file.path).mode & 0o077) !== 0) chmodSync(file.path, 0o600)
    return null
  } catch (cause) {
    const says = cause instanceof Error ? cause.message : String(cause)
    return { code: "file_failed", message: `${file.path} can't be written: ${says}` }
  }
}
