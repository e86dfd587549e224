import { readFileSync } from "node:fs"
import { Command, CommanderError } from "commander"
import type { CommandContext } from "./command-context.ts"
import type { DoctorOptions } from "./doctor.ts"
import { exitCodes } from "./exit-codes.ts"

const EXAMPLES = `
Examples:
  $ linklatch dev                        try it out: nothing to configure, mail stays on this machine
  $ linklatch doctor                     what is set, what is missing, and whether it works
  $ linklatch serve                      run in production, configured by the environment
  $ linklatch doctor --json | jq .checks

Exit codes: 0 all is well · 1 something failed · 2 the command is written wrong · 78 the configuration is at fault`

const SERVE_EXAMPLES = `
Examples:
  $ PUBLIC_BASE_URL=https://login.example.com LINKLATCH_SECRET_FILE=/run/secrets/linklatch \\
    SMTP_URL=smtps://user:password@mail.example.com MAIL_FROM="Example <login@example.com>" linklatch serve

Every setting is an environment variable, also as NAME_FILE. \`linklatch doctor\` lists them all.`

const DEV_EXAMPLES = `
Examples:
  $ linklatch dev
  $ PORT=4000 ADMIN_EMAILS=you@example.com linklatch dev`

const MIGRATE_EXAMPLES = `
Examples:
  $ DATABASE_URL=sqlite:/var/lib/linklatch/linklatch.db linklatch migrate
  $ linklatch migrate --dev`

const DOCTOR_EXAMPLES = `
Examples:
  $ linklatch doctor
  $ linklatch doctor --send-test you@example.com
  $ linklatch doctor --client-address 10.0.0.5 --x-forwarded-for "203.0.113.7, 10.0.0.9"`

/** Runs one command line and returns its exit code. Commands are loaded when they are called, so that help is quick. */
export async function run(argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok
  const program = createProgram((code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(argv, { from: "user" })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    process.stderr.write(`linklatch: ${error instanceof Error ? error.message : String(error)}\n`)
    return exitCodes.failed
  }
}

function createProgram(exit: (code: number) => void): Command {
  const program = new Command("linklatch")
    .description("Sign people in by e-mail: a single-use link and a six-digit code in one message.")
    .version(version())
    .option("--json", "one JSON document instead of prose")
    .addHelpText("after", EXAMPLES)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()

  command(program, "dev", "run for development: embedded database, mail in a page", DEV_EXAMPLES).action(async () =>
    exit(await (await import("./dev.ts")).dev(createContext(program))),
  )
  command(program, "serve", "run for production, configured by the environment", SERVE_EXAMPLES).action(async () =>
    exit(await (await import("./serve.ts")).serve(createContext(program))),
  )
  command(program, "migrate", "bring the database's tables up to date", MIGRATE_EXAMPLES)
    .option("--dev", "the database of `linklatch dev`")
    .action(async (options: { dev?: boolean }) =>
      exit(await (await import("./migrate.ts")).migrate(createContext(program), options)),
    )
  command(program, "doctor", "show every setting and check what can be checked", DOCTOR_EXAMPLES)
    .option("--dev", "the settings of `linklatch dev`")
    .option("--send-test <address>", "send a test message there (no link in it)")
    .option("--client-address <peer>", "show which client a request from this peer would count as")
    .option("--x-forwarded-for <list>", "with --client-address: the header that the request carries")
    .action(async (options: DoctorOptions) =>
      exit(await (await import("./doctor.ts")).doctor(createContext(program), options)),
    )
  return program
}

function command(program: Command, name: string, description: string, examples: string): Command {
  return program.command(name).description(description).addHelpText("after", examples).allowExcessArguments(false)
}

function createContext(program: Command): CommandContext {
  return {
    env: process.env,
    directory: process.cwd(),
    isJson: program.opts<{ json?: boolean }>().json === true,
    isTerminal: process.stdout.isTTY === true,
    print: (text) => void process.stdout.write(`${text}\n`),
    printError: (text) => void process.stderr.write(`${text}\n`),
  }
}

// The same way up from src/cli and from dist/cli.
function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8")
  return (JSON.parse(text) as { version: string }).version
}
