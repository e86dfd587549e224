import type { CommandContext } from "./command-context.ts"
import { type EnvFileOutcome, readEnvFile } from "./env-file/read-env-file.ts"

export interface ContextOptions {
  readonly isJson: boolean
  /** A path, or false for none; without either, development reads `.env` of this folder. */
  readonly envFile: string | false | undefined
  readonly isDevelopment: boolean
}

export type ContextOutcome =
  | { readonly status: "ready"; readonly context: CommandContext }
  | { readonly status: "unreadable"; readonly context: CommandContext; readonly problem: string }

/** What this process's command is given. */
export function createContext({ isJson, envFile, isDevelopment }: ContextOptions): ContextOutcome {
  const directory = process.cwd()
  const read: EnvFileOutcome = readEnvFile(process.env, { directory, envFile, isDevelopment })
  const isTerminal = process.stdout.isTTY === true
  const context: CommandContext = {
    env: read.env,
    envFile: read.path,
    directory,
    isJson,
    isTerminal,
    canAsk: isTerminal && process.stdin.isTTY === true && !isJson,
    print: (text) => void process.stdout.write(`${text}\n`),
    printError: (text) => void process.stderr.write(`${text}\n`),
    stream: createStream(),
  }
  // The library and the mail's last resort ask for this one themselves.
  if (read.env["NODE_ENV"] !== undefined) process.env["NODE_ENV"] = read.env["NODE_ENV"]
  return read.status === "unreadable"
    ? { status: "unreadable", context, problem: read.problem }
    : { status: "ready", context }
}

function createStream(): CommandContext["stream"] {
  let isRead = true
  process.stdout.on("error", () => {
    isRead = false
  })
  return async (text) => {
    if (isRead && !process.stdout.write(text)) await drained()
    // An error of this write is told in the next turn.
    await new Promise(setImmediate)
    return isRead
  }
}

function drained(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      process.stdout.off("drain", done).off("error", done)
      resolve()
    }
    process.stdout.on("drain", done).on("error", done)
  })
}
