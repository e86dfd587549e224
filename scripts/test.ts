// `npm test`: the checks, the tests, the browser. `npm test -- test/attack` runs only the tests whose path holds those words.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { compileCache } from "../test/compile-cache.ts"
import { installPrograms, type Program, programPath, programs } from "./ensure-program.ts"
import { ensureServices } from "./ensure-services.ts"
import { runCommand } from "./run-command.ts"

interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** What is read of vitest's JSON report. */
interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/** Tests that run beside programs which npm doesn't bring. */
interface Suite {
  readonly name: string
  readonly project: string
  readonly needs: readonly Program[]
}

const SUITES: readonly Suite[] = [
  { name: "proxy tests", project: "proxies", needs: [programs.nginx, programs.caddy, programs.python] },
  { name: "deployment tests", project: "deploy", needs: [programs.caddy, programs.postgres, programs.redis] },
  { name: "browser tests", project: "e2e", needs: [programs.chromium] },
]
/** Asks the registry for a few hundred megabytes, so it runs by itself: `npm run test:installs`. */
const INSTALLS = "installs"
const THE_REST = [...SUITES.map(({ project }) => project), INSTALLS].flatMap((project) => ["--project", `!${project}`])

// At once, so that a fresh machine asks for all of them together.
const ALL_PROGRAMS = Object.values(programs)

const startedAt = performance.now()
const reports = mkdtempSync(join(tmpdir(), "linklatch-tests-"))
const words = process.argv.slice(2)
const counts: Counts[] = []
const faults: string[] = []

try {
  if (words.length === 0) await runEverything()
  else await runOnly(words)
} finally {
  rmSync(reports, { recursive: true, force: true })
}
printSummary()

async function runEverything(): Promise<void> {
  await installPrograms(ALL_PROGRAMS)
  const checked = await runCommand("node", ["scripts/check.ts"], { show: true })
  if (checked.exitCode !== 0) faults.push("npm run check failed")
  await runWithServices([])
  await runWithPrograms(SUITES, [])
}

async function runOnly(args: readonly string[]): Promise<void> {
  const named = SUITES.filter(({ project }) => args.some((arg) => arg.includes(project)))
  if (named.length > 0) await runWithPrograms(named, args)
  const installs = args.some((arg) => arg.includes(INSTALLS))
  if (installs) await runTests(INSTALLS, ["--project", INSTALLS, ...args])
  // What stands behind an option may be its value; every other word is to find tests.
  const wanted = args.filter((arg, nth) => !arg.startsWith("-") && args[nth - 1]?.startsWith("-") !== true)
  const suites = [...SUITES.map(({ project }) => project), INSTALLS]
  const hasOthers = wanted.some((word) => !suites.some((suite) => word.includes(suite)))
  if (hasOthers || (named.length === 0 && !installs)) await runWithServices(args)
}

/** All tests but those of the suites, beside PostgreSQL and Redis. */
async function runWithServices(args: readonly string[]): Promise<void> {
  const services = await ensureServices().catch((fault: unknown) => {
    // The tests that need none still tell something. Those that do fail, with the cure.
    faults.push(fault instanceof Error ? fault.message : String(fault))
    return null
  })
  try {
    await runTests("tests", [...THE_REST, ...args], services?.env)
  } finally {
    await services?.stop()
  }
}

/** All at once, so that no core waits for the end of one suite before the next begins. */
async function runWithPrograms(suites: readonly Suite[], args: readonly string[]): Promise<void> {
  await installPrograms([...new Set(suites.flatMap(({ needs }) => needs))])
  const ready = suites.filter(isReady)
  if (ready.length === 0) return
  const names = ready.map(({ name }) => name).join(", ")
  const paths = ready.flatMap(({ needs }) => needs.map((program) => [program.variable, programPath(program)]))
  const projects = ready.flatMap(({ project }) => ["--project", project])
  await runTests(names, [...projects, ...args], Object.fromEntries(paths))
}

function isReady({ needs }: Suite): boolean {
  try {
    for (const program of needs) programPath(program)
    return true
  } catch (fault) {
    faults.push(fault instanceof Error ? fault.message : String(fault))
    return false
  }
}

async function runTests(name: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const report = join(reports, `${counts.length}.json`)
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`]
  // Vitest colours its lines where CI is set; in a file they are only noise.
  const plain = process.stdout.isTTY ? {} : { NO_COLOR: "1" }
  // Tests start hundreds of processes, and stripping types takes most of a start.
  const started = { ...plain, NODE_COMPILE_CACHE: compileCache }
  const { exitCode } = await runCommand("vitest", ["run", ...reporters, ...args], {
    show: true,
    env: { ...started, ...env },
  })
  if (exitCode !== 0) faults.push(`${name}: vitest ended with ${exitCode}`)
  counts.push(readCounts(report))
}

function readCounts(file: string): Counts {
  // Vitest writes no report when it fails before its first test; its exit code is among the faults already.
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0 }
  const report = JSON.parse(readFileSync(file, "utf8")) as VitestReport
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.testResults.filter(isFileThatDied).length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

// A file that can't even be loaded holds no test that could fail.
function isFileThatDied({ status, assertionResults }: VitestReport["testResults"][number]): boolean {
  return status === "failed" && assertionResults.every((result) => result.status !== "failed")
}

function printSummary(): void {
  const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")]
  if (passed + failed === 0) faults.push("no test ran")
  console.log(`\n${((performance.now() - startedAt) / 1000).toFixed(0)} s in all`)
  for (const fault of faults) console.log(fault)
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`)
  process.exitCode = faults.length === 0 && failed === 0 ? 0 : 1
}

function sum(kind: keyof Counts): number {
  return counts.reduce((total, count) => total + count[kind], 0)
}
