import { type Machine, showMachine } from "../../bench/reports/machine.ts"
import { markdownTable } from "../../bench/reports/markdown.ts"
import type { Violation } from "./invariants.ts"
import type { RoundResult } from "./round.ts"

/** What became of one fault, over all its runs. */
export interface FaultRow {
  readonly name: string
  readonly runs: number
  readonly violations: readonly Violation[]
  readonly medianRecoveryMs: number | null
  readonly maxRecoveryMs: number | null
  readonly mails: number
  readonly duplicates: number
  readonly unanswered: number
  readonly people: number
}

/** With the run that it is of: date and commit. */
export interface ReportedRow extends FaultRow {
  readonly run: string
}

export interface FaultsReport {
  /** Of the newest run. */
  readonly machine: Machine
  readonly rows: readonly ReportedRow[]
}

export function rowOf(name: string, runs: number, result: RoundResult): FaultRow {
  const { violations, recoveries, mails, duplicates, unanswered, people } = result
  const sorted = recoveries.toSorted((a, b) => a - b)
  const medianRecoveryMs = sorted[Math.floor((sorted.length - 1) / 2)] ?? null
  const maxRecoveryMs = sorted.at(-1) ?? null
  return { name, runs, violations, medianRecoveryMs, maxRecoveryMs, mails, duplicates, unanswered, people }
}

export function faultsTable(rows: readonly FaultRow[]): string {
  const head = ["fault", "runs", "violations", "recovery, median", "max", "mails", "twice", "answers lost", "people"]
  return markdownTable(
    head,
    rows.map((row) => [
      row.name,
      `${row.runs}`,
      `${row.violations.length}`,
      showSeconds(row.medianRecoveryMs),
      showSeconds(row.maxRecoveryMs),
      `${row.mails}`,
      `${row.duplicates}`,
      `${row.unanswered}`,
      `${row.people}`,
    ]),
  )
}

/** New rows take the place of older ones; what is no longer in the campaign goes. */
export function mergeRows(
  names: readonly string[],
  older: readonly ReportedRow[],
  newer: readonly ReportedRow[],
): readonly ReportedRow[] {
  const rows = new Map([...older, ...newer].map((row) => [row.name, row]))
  return names.flatMap((name) => rows.get(name) ?? [])
}

export function faultsReport({ machine, rows }: FaultsReport): string {
  const sum = (pick: (row: FaultRow) => number) => rows.reduce((total, row) => total + pick(row), 0)
  const runs = [...new Set(rows.map(({ run }) => run))]
  return `# Faults

Written by \`npm run faults\`, in these runs (date and commit): ${runs.join("; ")}. The newest was made on
${showMachine(machine)}

Four processes of one site under load, and one fault at a time: ${rows.length} faults, ${sum((row) => row.runs)} times in all,
${sum(({ violations }) => violations.length)} violations of what must hold whatever fails. What that is, and what the columns mean:
[044](../../decisions/044-failpoints.md).

${faultsTable(rows)}
`
}

function showSeconds(ms: number | null): string {
  return ms === null ? "" : `${(ms / 1_000).toFixed(2)} s`
}
