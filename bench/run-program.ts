import { describeMachine, type Machine, warningsAbout } from "./reports/machine.ts"
import { writeResults } from "./reports/write-results.ts"

/** What a report says of the run beside its figures. */
export interface Run {
  readonly date: string
  readonly command: string
  readonly machine: Machine
}

export interface Program<Result extends object> {
  readonly script: string
  measure(progress: (line: string) => void): Promise<Measurement<Result>>
  report(run: Run & Result): string
  /** Told of the first signal, where there is something to report already; the next one ends the program. */
  readonly interrupt?: () => void
}

export interface Measurement<Result> {
  /** What its results are called. */
  readonly name: string
  readonly result: Result
  /** Whether what was measured is as it should be; else the program ends with 1. */
  readonly isGood: boolean
}

/** What the programs do around their measuring: the machine, files, signals. A failure is one message. */
export async function runProgram<Result extends object>(program: Program<Result>): Promise<void> {
  // Ends in order, so that what was begun is tidied up.
  const end = () => process.exit(130)
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      if (program.interrupt === undefined) end()
      program.interrupt?.()
      process.once(signal, end)
    })
  try {
    await measureAndReport(program)
  } catch (error) {
    console.error(`\nThe bench failed. ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}

async function measureAndReport<Result extends object>(program: Program<Result>): Promise<void> {
  const machine = await describeMachine()
  for (const warning of warningsAbout(machine)) console.log(warning)
  const { name, result, isGood } = await program.measure((line) => console.log(line))
  const flags = process.argv.slice(2).join(" ")
  const command = `npm run ${program.script}${flags === "" ? "" : ` -- ${flags}`}`
  const report = { date: new Date().toISOString().slice(0, 16), command, machine, ...result }
  const markdown = program.report(report)
  const files = writeResults(name, report, markdown)
  console.log(`\n${markdown}\nWritten to ${files.join(" and ")}`)
  if (!isGood) process.exitCode = 1
}
