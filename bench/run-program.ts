import { parseArgs } from "node:util"
import { type EngineName, readEngineName } from "./engines/engine.ts"
import { installPeers } from "./install-peers.ts"
import { describeMachine, type Machine, warningsAbout } from "./reports/machine.ts"
import { writeResults } from "./reports/write-results.ts"

export interface ProgramOptions {
  /** What all sites keep their rows in. */
  readonly engine: EngineName
  /** How many rows the big tables have, where that was said. */
  readonly rows: number | undefined
  /** For a look: shorter, and its results aren't kept. */
  readonly quick: boolean
  /** Without Better Auth and Auth.js. */
  readonly ours: boolean
  readonly progress: (line: string) => void
}

/** What a report says of the run beside its figures. */
export interface Run {
  readonly engine: EngineName
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
    options: {
      engine: { type: "string", default: "sqlite" },
      rows: { type: "string" },
      quick: { type: "boolean", default: false },
      ours: { type: "boolean", default: false },
    },
  })
  const engine = readEngineName(values.engine)
  const rows = values.rows === undefined ? undefined : readCount("--rows", values.rows)
  if (!values.ours) await installPeers()
  const machine = await describeMachine()
  for (const warning of warningsAbout(machine)) console.log(warning)
  const result = await program.measure({ ...values, engine, rows, progress: (line) => console.log(line) })
  const flags = process.argv.slice(2).join(" ")
  const command = `npm run ${program.script}${flags === "" ? "" : ` -- ${flags}`}`
  const report = { engine, date: new Date().toISOString().slice(0, 16), command, machine, ...result }
  const markdown = program.report(report)
  const isWhole = !values.quick && !values.ours
  const parts = [program.name, ...(engine === "sqlite" ? [] : [engine]), ...(rows === undefined ? [] : [rows])]
  const files = writeResults([...parts, ...(isWhole ? [] : ["look"])].join("-"), report, markdown)
  console.log(`\n${markdown}\nWritten to ${files.join(" and ")}`)
}

function readCount(option: string, text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count > 10_000) return count
  throw new Error(`${option} must be a whole number above 10000, not ${text}.`)
}
