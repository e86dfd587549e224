// `npm run faults`: kills, cuts and fills disks under a site of four processes, and looks each time whether anything was lost.
// `-- --list` names what it knows; `-- --runs 10` makes it shorter; `-- --only "Redis|disk"` takes the rows whose name fits, and with `--save`
// puts them in the place of theirs in the results.
import { existsSync, readFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { describeMachine, type Machine } from "../../bench/reports/machine.ts"
import { writeResults } from "../../bench/reports/write-results.ts"
import {
  type FaultRow,
  type FaultsReport,
  faultsReport,
  faultsTable,
  mergeRows,
  type ReportedRow,
  rowOf,
} from "./faults-report.ts"
import type { RoundResult } from "./round.ts"
import type { Scenario } from "./scenarios.ts"
import { leftOut, scenariosOn } from "./scenarios.ts"

const { values } = parseArgs({
  options: {
    list: { type: "boolean", default: false },
    runs: { type: "string", default: "50" },
    outages: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    parallel: { type: "string", default: "3" },
    save: { type: "boolean", default: false },
  },
})
const scenarios = [...scenariosOn("sqlite"), ...scenariosOn("postgres")].filter(({ name }) =>
  new RegExp(values.only).test(name),
)

const isSaved = values.save || values.only === ""

if (leftOut !== null) console.log(leftOut)
if (values.list) for (const { name } of scenarios) console.log(name)
else await campaign()

async function campaign(): Promise<void> {
  const machine = await describeMachine()
  const startedAt = performance.now()
  const rows = new Map<Scenario, FaultRow>()
  const waiting = [...scenarios]
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const row = await runOne(next, () => rows.size)
      rows.set(next, row)
      // One by one: whatever ends a long campaign, its figures stay.
      if (isSaved) save(machine, { ...row, run: `${new Date().toISOString().slice(0, 10)}, ${machine.commit}` })
    }
  }
  // Most of a round is to wait for leases to run out, so several share the machine.
  await Promise.all(Array.from({ length: Number(values.parallel) }, work))
  const ordered = scenarios.flatMap((scenario) => rows.get(scenario) ?? [])
  const minutes = (performance.now() - startedAt) / 60_000
  console.log(`\n${faultsTable(ordered)}\n`)
  const violations = ordered.reduce((sum, row) => sum + row.violations.length, 0)
  console.log(
    `${ordered.length} faults, ${ordered.reduce((sum, { runs }) => sum + runs, 0)} runs, ${violations} violations, ${minutes.toFixed(1)} minutes`,
  )
  process.exitCode = violations === 0 ? 0 : 1
}

function save(machine: Machine, row: ReportedRow): void {
  const names = [...scenariosOn("sqlite"), ...scenariosOn("postgres")].map(({ name }) => name)
  const report = { machine, rows: mergeRows(names, readRows(), [row]) }
  writeResults("faults", report, faultsReport(report))
}

/** What earlier runs have found. */
function readRows(): readonly ReportedRow[] {
  const file = new URL("../../bench/results/faults.json", import.meta.url)
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as FaultsReport).rows : []
}

async function runOne(scenario: Scenario, done: () => number): Promise<FaultRow> {
  const runs = Number(scenario.kind === "kill" ? values.runs : values.outages)
  const startedAt = performance.now()
  const row = rowOf(scenario.name, runs, await scenario.run(runs).catch(failed))
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0)
  const verdict = row.violations.length === 0 ? "well" : `${row.violations.length} VIOLATIONS`
  console.log(`${done() + 1}/${scenarios.length} ${scenario.name}: ${runs} times, ${verdict}, ${seconds} s`)
  for (const { invariant, what } of row.violations.slice(0, 10)) console.log(`   ${invariant}: ${what}`)
  return row
}

// A round that broke off has shown nothing: it counts as one in which something was found.
function failed(error: unknown): RoundResult {
  const what = `the round broke off: ${error instanceof Error ? error.stack : error}`
  const nothing = { recoveries: [], mails: 0, duplicates: 0, unanswered: 0, people: 0 }
  return { ...nothing, violations: [{ invariant: "answers", what }] }
}
