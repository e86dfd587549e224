import type { EngineName } from "../engines/engine.ts"
import type { Run } from "../run-program.ts"
import type { SoakResult } from "../soak/run-soak.ts"
import { type Judged, LOOKS_AHEAD } from "../soak/verdict.ts"
import { showMachine } from "./machine.ts"
import { markdownTable, showNumber, showRate } from "./markdown.ts"

/** Everything about one soak, as it is written to a file. */
export interface SoakReport extends Run, SoakResult {
  readonly engine: EngineName
  readonly processes: number
  readonly visitsPerSecond: number
  readonly wasInterrupted: boolean
}

/** The report for people: what was watched, how fast it grew, and what to think of it. */
export function reportSoak(report: SoakReport): string {
  const { date, command, machine, engine, processes, minutes, warmUpMinutes, visitsPerSecond, judged } = report
  const ended = report.wasInterrupted ? " **It was ended early.**" : ""
  return [
    `# ${Math.round(minutes)} minutes of ${showNumber(visitsPerSecond)} visits a second, on ${engine}\n`,
    `\`${command}\` on ${date} at ${showMachine(machine)} \`linklatch serve\`, ${processes} ${processes === 1 ? "process" : "processes"}, mail by SMTP, retention on.${ended}\n`,
    "The tables began as they stand after a day of such visits, so that what retention deletes balances what comes. Slopes are those of",
    `least squares, without the first ${showNumber(warmUpMinutes)} minutes; behind them is the 95 % interval. **grows**: surely, and by so much that it`,
    `would double within ${LOOKS_AHEAD} times as long as was watched; a table, by more than half of what comes in. **too short to tell**: the interval`,
    "holds both. What is **kept for good** may grow: users and the audit log.\n",
    markdownTable(["", "first", "last", "an hour", "95 %", "verdict"], judged.map(rowOf)),
    `\n${visitsOf(report)}\n`,
  ].join("\n")
}

function rowOf({ name, unit, first, last, slope, verdict }: Judged): readonly string[] {
  const show = (value: number) => showValue(unit, value)
  const interval = slope === null ? "" : `${show(slope.low)} … ${show(slope.high)}`
  const mark = verdict === "grows" ? "**grows**" : verdict
  return [name, show(first), show(last), slope === null ? "" : show(slope.perHour), interval, mark]
}

function showValue(unit: Judged["unit"], value: number): string {
  if (unit === "bytes") return `${showNumber(value / 2 ** 20)} MB`
  if (unit === "ms") return `${showNumber(value)} ms`
  return showRate(value)
}

function visitsOf({ visits }: SoakReport): string {
  const { begun, done, failed, firstFailure, requests, mails, complaints } = visits
  const logged = Object.entries(complaints).map(([event, count]) => `${event} ${count}`)
  return [
    "## Visits\n",
    `${showRate(begun)} came, ${showRate(done)} went as they should, ${failed === 0 ? "none failed" : `**${failed} failed**, the first: ${firstFailure}`}. ` +
      `${showRate(mails)} mails. ${showRate(requests.count)} requests: p50 ${showNumber(requests.p50)} ms, p99 ${showNumber(requests.p99)}, ` +
      `p99.9 ${showNumber(requests.p999)}, max ${showNumber(requests.max)}. Warnings and errors in the log: ${logged.length === 0 ? "none" : logged.join(", ")}.`,
  ].join("\n")
}
