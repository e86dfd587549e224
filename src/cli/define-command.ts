import { type Command, InvalidArgumentError } from "commander"
import type { CommandContext } from "./command-context.ts"
import { exitCodes } from "./exit-codes.ts"
import { printError } from "./print-error.ts"

/** What a command does: it gets its operands and options as they were typed, and returns the exit code. */
export type Act<Options> = (
  context: CommandContext,
  given: { readonly operands: readonly string[]; readonly options: Options; readonly envFile: string | undefined },
) => Promise<number>

interface GlobalOptions {
  readonly json?: boolean
  /** False with --no-env-file. */
  readonly envFile?: string | false
  readonly dev?: boolean
}

/** Adds a command with its examples. */
export function defineCommand(
  parent: Command,
  nameAndArguments: string,
  description: string,
  examples: string,
): Command {
  return parent
    .command(nameAndArguments)
    .description(description)
    .addHelpText("after", `\nExamples:${examples}`)
    .allowExcessArguments(false)
}

export interface Acting {
  /** False for a command that looks into the file of settings itself, or needs none. */
  readonly readsSettings?: boolean
}

/** Makes the function that commander calls out of one that takes a context and returns an exit code, which `exit` hears. */
export function acting<Options>(
  exit: (code: number) => void,
  act: Act<Options>,
  { readsSettings = true }: Acting = {},
): (this: Command, ...given: unknown[]) => Promise<void> {
  return async function run(this: Command) {
    const { json = false, envFile, dev = false } = this.optsWithGlobals<GlobalOptions>()
    const isDevelopment = this.name() === "dev" || dev
    const { createContext } = await import("./create-context.ts")
    const created = createContext({ isJson: json, envFile: readsSettings ? envFile : false, isDevelopment })
    const { context } = created
    if (created.status === "unreadable") {
      const error = { code: "invalid_configuration", message: created.problem } as const
      return exit(printError(context, error, exitCodes.configuration))
    }
    const named = typeof envFile === "string" ? envFile : undefined
    exit(await act(context, { operands: this.args, options: this.opts() as Options, envFile: named }))
  }
}

export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (/^\d{1,9}$/.test(text) && number >= least) return number
    throw new InvalidArgumentError(`It takes a whole number from ${least} on.`)
  }
}

export function something(text: string): string {
  if (text.trim() !== "") return text
  throw new InvalidArgumentError("It must not be empty.")
}
