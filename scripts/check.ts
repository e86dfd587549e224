// Everything that can be said about the code without running it. `--fix` formats and mends what can be mended first.
import { styleText } from "node:util"
import { type CommandResult, runCommand } from "./run-command.ts"

interface Step {
  readonly name: string
  readonly command: readonly [program: string, ...args: string[]]
}

// Slowest first: two run at a time.
const steps: readonly Step[] = [
  { name: "site", command: ["node", "scripts/build-docs.ts"] },
  { name: "types", command: ["tsc", "--noEmit"] },
  { name: "lint", command: ["biome", "lint", "--error-on-warnings"] },
  { name: "package", command: ["node", "scripts/check-package.ts"] },
  { name: "unused", command: ["knip"] },
  { name: "reference", command: ["node", "scripts/write-reference.ts", "--check"] },
  { name: "format", command: ["biome", "format"] },
  { name: "openapi", command: ["node", "scripts/write-openapi.ts", "--check"] },
  { name: "schema", command: ["node", "scripts/dump-schema.ts", "--check"] },
  { name: "docs", command: ["node", "scripts/check-docs.ts"] },
  { name: "lock", command: ["node", "scripts/check-lock.ts"] },
  { name: "ids", command: ["node", "scripts/check-ids.ts"] },
]

if (process.argv.includes("--fix")) await fix()
const waiting = [...steps]
const verdicts = await Promise.all([work(), work()])
process.exitCode = verdicts.every(Boolean) ? 0 : 1

async function fix(): Promise<void> {
  await runCommand("node", ["scripts/dump-schema.ts"], { show: true })
  await runCommand("node", ["scripts/write-openapi.ts"], { show: true })
  await runCommand("node", ["scripts/write-reference.ts"], { show: true })
  await runCommand("biome", ["check", "--write"], { show: true })
}

async function work(): Promise<boolean> {
  let passed = true
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const [program, ...args] = step.command
    const result = await runCommand(program, args)
    print(step, result)
    if (result.exitCode !== 0) passed = false
  }
  return passed
}

function print(step: Step, { exitCode, output, seconds }: CommandResult): void {
  const verdict = exitCode === 0 ? styleText("green", "ok    ") : styleText("red", "failed")
  console.log(`${verdict} ${step.name.padEnd(9)} ${seconds.toFixed(1)} s`)
  if (exitCode !== 0) console.log(`${step.command.join(" ")}\n${output}`)
}
