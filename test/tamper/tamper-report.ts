import { type Machine, showMachine } from "../../bench/reports/machine.ts"
import { markdownTable } from "../../bench/reports/markdown.ts"
import type { CampaignReport, KindRow } from "./campaign.ts"

export interface TamperReport extends CampaignReport {
  readonly date: string
  readonly command: string
  readonly machine: Machine
}

/** What a campaign found, as a page. */
export function tamperReport(report: TamperReport): string {
  const { inside, outside, silent, clean, date, command, machine, seed, seconds } = report
  return `# Tampering

Written by \`${command}\` on ${date}, seed ${seed}, in ${(seconds / 60).toFixed(1)} minutes, on ${showMachine(machine)}

SQLite files, sealed by the store and the sequencer of every server: one to nine checkpoints, people erased, bundles pruned, positions out of order. Somebody
who owns the file then changes a copy, and \`verifyLog\`, which is \`linklatch audit verify\`, looks at it. *Named* means that the first finding calls by
its name what was done, and gives the first event that was touched; where everything was computed anew to fit, the
events between two checkpoints among which it is.

| | found | not found |
|---|---|---|
| tampered with, ${count(inside)} times | ${sum(inside, "found")} | ${count(inside) - sum(inside, "found")} |
| not touched, ${clean.logs} logs, ${clean.events} events | ${clean.alarms} | ${clean.logs - clean.alarms} |

## What the database alone tells

${markdownTable(["what was done", "times", "found", "not found", "named", "not named"], inside.map(insideRow))}

## What only a checkpoint from outside tells

Whoever owns the database can put it back to a state that was once signed, or let the server sign another history. Nothing in it tells.

${markdownTable(["what was done", "times", "found without", "found with", "named"], outside.map(outsideRow))}

## What nothing tells

These leave nothing that the log binds, and this is where it ends.

${markdownTable(["what was done", "times", "found", "why not"], silent.map(silentRow))}
`
}

function insideRow({ name, runs, found, named }: KindRow): readonly string[] {
  return [name, `${runs}`, `${found}`, `${runs - found}`, `${named}`, `${runs - named}`]
}

function outsideRow({ name, runs, found, foundOutside, namedOutside }: KindRow): readonly string[] {
  return [name, `${runs}`, `${found}`, `${foundOutside}`, `${namedOutside}`]
}

function silentRow({ name, runs, foundOutside, why }: KindRow): readonly string[] {
  return [name, `${runs}`, `${foundOutside}`, why ?? ""]
}

const count = (rows: readonly KindRow[]) => sum(rows, "runs")

function sum(rows: readonly KindRow[], column: "runs" | "found"): number {
  return rows.reduce((total, row) => total + row[column], 0)
}
