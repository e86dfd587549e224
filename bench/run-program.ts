import { parseArgs } from "node:util"
import { installPeers } from "./install-peers.ts"
import { describeMachine, type Machine, warningsAbout } from "./reports/machine.ts"
import { writeResults } from "./reports/write-results.ts"

export interface ProgramOptions {
  /** For a look: shorter, and its results aren't kept. */
  readonly quick: boolean
  /** Without Better Auth and Auth.js. */
  readonly ours: boolean
  readonly progress: (line: string) => void
}

/** What a report says of the run beside its figures. */
export interface Run {
  readonly date: string
  readonly command: string
  readonly machine: Machine
}

export interface Program<Result extends object> {
  readonly script: string
  /** What its results are called. */
  readonly name: string
  measure(options: ProgramOptions): Promise<Result>
  report(run: Run & Result): string
}

/** What the programs do around their measuring: options, peers, the machine, files. A failure is one message. */
export async function runProgram<Result extends object>(program: Program<Result>): Promise<void> {
  // Ends in order, so that what was begun is tidied up.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130))
  try {
    await measureAndReport(program)
  } catch (error) {
    console.error(`\nThe bench failed. ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}

async function measureAndReport<Result extends object>(program: Program<Result>): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: "boolean", default: false }, ours: { type: "boolean", default: false } },
  })
  if (!values.ours) await installPeers()
  const machine = await describeMachine()
  for (const warning of warningsAbout(machine)) console.log(warning)
  const result = await program.measure({ ...values, progress: (line) => console.log(line) })
  const flags = process.argv.slice(2).join(" ")
  const command = `npm run ${program.script}${flags === "" ? "" : ` -- ${flags}`}`
  const report = { date: new Date().toISOString().slice(0, 16), command, machine, ...result }
  const markdown = program.report(report)
  const isWhole = !values.quick && !values.ours
  const files = writeResults(isWhole ? program.name : `${program.name}-look`, report, markdown)
  console.log(`\n${markdown}\nWritten to ${files.join(" and ")}`)
}
