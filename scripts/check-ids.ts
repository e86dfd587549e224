// Is docs/checks.md true of the tests, and the README of its promises? Every id has one row; the files that a row names
// exist; and the tests of a row that says "pass" hold its id.
import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { projectRoot } from "./run-command.ts"

interface Row {
  readonly id: string
  readonly state: string
  /** From the root of the project. */
  readonly files: readonly string[]
}

// How many there are of each: a row that was dropped or misspelt must not go unseen.
const FAMILIES = new Map(
  Object.entries({
    TOK: 18,
    ENU: 4,
    TIM: 2,
    SES: 11,
    COO: 7,
    CSR: 6,
    HDR: 8,
    INP: 8,
    EML: 10,
    RAT: 12,
    LOG: 8,
    OAU: 12,
    WAN: 3,
    OPS: 8,
    AUD: 12,
  }),
)
const PROMISES = 13
const STATES = new Set(["pass", "later", "deviation", "not applicable"])
const TEST_GLOBS = ["{src,test}/**/*.test.ts", "src/testing/contract/**/*.ts"]

const checks = readRows("docs/checks.md")
const promises = readRows("README.md")
const faults = [
  ...checkIds("docs/checks.md", checks, expectedChecks()),
  ...checkIds(
    "README.md",
    promises,
    Array.from({ length: PROMISES }, (_, index) => `P${index + 1}`),
  ),
  ...checks.filter(({ state }) => !STATES.has(state)).map(({ id, state }) => `${id}: "${state}" is no state`),
  ...checks.flatMap((row) => checkFiles(row, row.state === "pass")),
  ...promises.flatMap((row) => checkFiles(row, true)),
  ...checkTests(new Set(checks.map(({ id }) => id))),
]
for (const fault of faults) console.error(fault)
process.exitCode = faults.length === 0 ? 0 : 1

/** Rows of tables whose first cell is an id: `| TOK-1 | words | state | [file](path) |`; promises have no state. */
function readRows(document: string): readonly Row[] {
  const lines = readFileSync(join(projectRoot, document), "utf8").split("\n")
  return lines.flatMap((line) => {
    const [, id, , state = ""] = line.split("|").map((cell) => cell.trim())
    if (id === undefined || !/^(?:[A-Z]{3}-|P)\d+$/.test(id)) return []
    const files = [...line.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = ""]) => join(dirname(document), path))
    return [{ id, state, files }]
  })
}

function expectedChecks(): readonly string[] {
  return [...FAMILIES].flatMap(([family, count]) =>
    Array.from({ length: count }, (_, index) => `${family}-${index + 1}`),
  )
}

function checkIds(document: string, rows: readonly Row[], expected: readonly string[]): readonly string[] {
  const ids = rows.map(({ id }) => id)
  const known = new Set(expected)
  return [
    ...expected.filter((id) => !ids.includes(id)).map((id) => `${id}: ${document} has no row for it`),
    ...ids.filter((id) => !known.has(id)).map((id) => `${id}: there is no such id, but ${document} has a row for it`),
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id}: ${document} has two rows for it`),
  ]
}

function checkFiles({ id, files }: Row, isPassed: boolean): readonly string[] {
  const missing = files.filter((file) => !existsSync(join(projectRoot, file)))
  const tests = files.filter((file) => !missing.includes(file) && isTest(file))
  const silent = isPassed ? tests.filter((file) => !holds(file, id)) : []
  return [
    ...missing.map((file) => `${id}: ${file} doesn't exist`),
    ...silent.map((file) => `${id}: ${file} doesn't name it`),
    ...(isPassed && tests.length === 0 && missing.length === 0 ? [`${id}: passes, but names no test`] : []),
  ]
}

function isTest(file: string): boolean {
  return file.endsWith(".test.ts") || relative("src/testing/contract", file).startsWith("..") === false
}

function holds(file: string, id: string): boolean {
  return new RegExp(`\\b${id}\\b`).test(readFileSync(join(projectRoot, file), "utf8"))
}

/** A test that names an id of ours which nobody wrote down is a slip of the pen. */
function checkTests(known: ReadonlySet<string>): readonly string[] {
  const anyId = new RegExp(`\\b(?:${[...FAMILIES.keys()].join("|")})-\\d+\\b`, "g")
  return globSync(TEST_GLOBS, { cwd: projectRoot }).flatMap((file) => {
    const found = new Set(readFileSync(join(projectRoot, file), "utf8").match(anyId))
    return [...found]
      .filter((id) => !known.has(id))
      .map((id) => `${id}: named in ${file}, but docs/checks.md has no row for it`)
  })
}
