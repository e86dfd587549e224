import { Command, CommanderError } from "commander"
import { defineAuditCommands } from "./audit-commands.ts"
import { exitCodes } from "./exit-codes.ts"
import { definePeopleCommands } from "./people-commands.ts"
import { defineServerCommands } from "./server-commands.ts"
import { defineSetupCommands } from "./setup-commands.ts"
import { version } from "./version.ts"

const EXAMPLES = `
Examples:
  $ linklatch dev                        try it out: nothing to configure, mail stays on this machine
  $ linklatch init                       write the settings, and see how it is mounted
  $ linklatch doctor                     what is set, what is missing, and whether it works
  $ linklatch serve                      run in production, configured by the environment
  $ linklatch users show ada@example.com
  $ linklatch doctor --json | jq .checks

Exit codes: 0 all is well · 1 something failed · 2 the command is written wrong · 3 a log isn't what was
sealed and signed · 78 the configuration is at fault`

/** Runs one command line and returns its exit code. Commands are loaded when they are called, so that help is quick. */
export async function run(argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok
  const isJson = argv.includes("--json")
  const program = createProgram(isJson, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(argv, { from: "user" })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    const message = error instanceof Error ? error.message : String(error)
    process.stderr.write(isJson ? errorLine("failed", message) : `linklatch: ${message}\n`)
    return exitCodes.failed
  }
}

function createProgram(isJson: boolean, exit: (code: number) => void): Command {
  const program = new Command("linklatch")
    .description("Sign people in by e-mail: a single-use link and a six-digit code in one message.")
    .version(version())
    .option("--json", "one JSON document instead of prose")
    .option("--env-file <path>", "settings from this file too; what the environment says wins")
    .option("--no-env-file", "no .env, where development would read one")
    .addHelpText("after", EXAMPLES)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      outputError: (text, write) =>
        write(isJson ? errorLine("usage", plain(text)) : text.replace(/^error: /, "linklatch: ")),
    })
    .exitOverride()
  defineServerCommands(program.commandsGroup("The server:"), exit)
  defineSetupCommands(program.commandsGroup("Setting up:"), exit)
  definePeopleCommands(program.commandsGroup("The people:"), exit)
  defineAuditCommands(program.commandsGroup("The log:"), exit)
  return program
}

function errorLine(code: string, message: string): string {
  return `${JSON.stringify({ error: { code, message } })}\n`
}

function plain(text: string): string {
  return text.replace(/^error: /, "").trim()
}
