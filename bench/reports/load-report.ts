import {
  isMailBehind,
  KEEPS_UP_OWED_SECONDS,
  type LoadFigures,
  type LoadLine,
  type Phase,
} from "../open-loop/measure-load.ts"
import type { Times } from "../open-loop/times.ts"
import type { Run } from "../run-program.ts"
import { showMachine } from "./machine.ts"
import { markdownTable, showNumber, showRate } from "./markdown.ts"

/** Everything about one run under load, as it is written to a file. */
export interface LoadReport extends Run, LoadFigures {
  readonly people: number
  readonly connections: number
  readonly trialSeconds: number
  readonly levelSeconds: number
  readonly keepsUpP99Ms: number
}

const TIMES = ["p50 ms", "p90", "p99", "p99.9", "max"]

/** The report for people: what each engine keeps up with, and how long requests take below that. */
export function reportLoad(report: LoadReport): string {
  const { date, command, machine, sites, lines, people, connections, trialSeconds, levelSeconds, keepsUpP99Ms } = report
  const versions = sites.map(({ engine, facts }) => `${engine}: ${pairs(facts.versions)} (${pairs(facts.durability)})`)
  const settings = [...Map.groupBy(lines, ({ engine, processes }) => `${engine}, ${processes}`).values()]
  return [
    "# Under load\n",
    `\`${command}\` on ${date} at ${showMachine(machine)} ${versions.join("; ")}. Site, database and sender share the machine.\n`,
    "Requests are due at moments that were drawn beforehand, and are sent whether or not others were answered; a time counts from when the",
    `request was due to the whole answer. ${showRate(people)} accounts, limits on, mail made and sent nowhere, ${connections} connections. The most that a`,
    `site keeps up with: every answer right, 99 of 100 within ${keepsUpP99Ms} ms over ${trialSeconds} s, and mail for no more than ${KEEPS_UP_OWED_SECONDS} s of asking waiting at`,
    `the end. Each line took ${levelSeconds} s.`,
    ...settings.map((group) => `\n${sectionOf(group)}`),
    `\n${senderOf(lines)}\n`,
  ].join("\n")
}

function sectionOf(lines: readonly LoadLine[]): string {
  const [first] = lines
  if (first === undefined) return ""
  const { engine, processes } = first
  const rows = lines.map((line) => [
    line.operation,
    showRate(line.saturation),
    `${Math.round(line.level * 100)} %`,
    showRate(line.offered),
    ...showTimes(line.result.times),
    flawsOf(line),
  ])
  const mixed = lines.filter(({ operation, level }) => operation === "mix" && level < 1).at(-1)
  const table = markdownTable(["", "keeps up with, a second", "at", "a second", ...TIMES, ""], rows)
  const head = `## ${engine}, ${processes} ${processes === 1 ? "process" : "processes"}\n\n${table}`
  return mixed === undefined ? head : `${head}\n\n${partsOf(mixed)}`
}

function partsOf({ level, result }: LoadLine): string {
  const rows = Object.entries(result.steps).map(([step, times]) => [step, showRate(times.count), ...showTimes(times)])
  return `The mix at ${Math.round(level * 100)} %, by what was asked for:\n\n${markdownTable(["", "requests", ...TIMES], rows)}`
}

function showTimes({ p50, p90, p99, p999, max }: Times): readonly string[] {
  return [p50, p90, p99, p999, max].map(showNumber)
}

/** What keeps a line from being a figure of a site that is well. */
export function flawsOf(phase: Phase): string {
  const { result, owed } = phase
  const { failed, unanswered, generator, times } = result
  const flaws: string[] = []
  if (failed > 0) flaws.push(`**${failed} failed**`)
  if (unanswered > 0) flaws.push(`**${unanswered} unanswered**`)
  if (isSenderLate(result)) flaws.push(`sender late: p99 ${showNumber(generator.lag.p99)} ms`)
  if (generator.waited > times.count / 100) flaws.push(`${generator.waited} waited for a connection`)
  if (isMailBehind(phase)) flaws.push(`${owed} mails waited at the end`)
  return flaws.join(", ")
}

// A sender that is late by a tenth of what it measures, or that has no time left, measures itself.
function isSenderLate({ generator: { lag, core }, times }: LoadLine["result"]): boolean {
  return core > 0.9 || (lag.p99 > 1 && lag.p99 > times.p99 / 10)
}

function senderOf(lines: readonly LoadLine[]): string {
  const late = lines.filter(({ result }) => isSenderLate(result)).length
  const lags = lines.map(({ result }) => result.generator.lag.p99)
  const cores = lines.map(({ result }) => result.generator.core)
  return [
    "## The sender\n",
    `A process of its own, late by ${showNumber(Math.min(...lags))} to ${showNumber(Math.max(...lags))} ms (the 99th percentile of a line; it is part of the times above), at`,
    `${Math.round(Math.min(...cores) * 100)} to ${Math.round(Math.max(...cores) * 100)} % of a core. ${late === 0 ? "It was nowhere what was measured." : `In ${late} of ${lines.length} lines it was late enough to be part of what was measured: they say so.`}`,
  ].join("\n")
}

function pairs(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map((pair) => pair.join(" "))
    .join(", ")
}
