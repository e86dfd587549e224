import type { Comparison, Line } from "../compare.ts"
import type { Operation } from "../contenders/contender.ts"
import { linklatch } from "../contenders/linklatch.ts"
import type { EngineName } from "../engines/engine.ts"
import type { Run } from "../run-program.ts"
import { POOL_SIZE } from "../sites/settings.ts"
import { AIM_CONNECTIONS, judge } from "./aims.ts"
import { engineTitle } from "./engine-title.ts"
import { showMachine } from "./machine.ts"
import { markdownTable, showNumber, showRate, showRatio } from "./markdown.ts"

/** Everything about one run of the comparison, as it is written to a file. */
export interface SignInReport extends Run, Comparison {
  readonly engine: EngineName
  readonly rounds: number
  readonly forMs: number
  readonly people: number
}

export const OPERATIONS: Readonly<Record<Operation, string>> = {
  ask: "ask for a link",
  link: "ask, until the link is out",
  redeem: "redeem",
  check: "check a session, in a route",
  endpoint: "check a session, by the endpoint",
  signOut: "sign out",
}

const ON_POSTGRES = `a database of its own of one PostgreSQL server on this machine (at most ${POOL_SIZE} connections each)`
const DATABASES: Readonly<Record<EngineName, string>> = {
  sqlite: "a SQLite file of its own",
  postgres: ON_POSTGRES,
  "postgres+redis": `${ON_POSTGRES}, ours with Redis beside it`,
}

/** The report for people: figures, aims, and how the conditions were made equal. */
export function reportSignIn(report: SignInReport): string {
  const { engine, date, command, machine, rounds, forMs, people, lines } = report
  const levels = [...new Set(lines.map(({ connections }) => connections))].sort((a, b) => b - a)
  return [
    `# Asking, redeeming, checking${engineTitle(engine)}\n`,
    `\`${command}\` on ${date} at ${showMachine(machine)} ` +
      `Client and server share the machine. Medians of ${rounds} rounds of ${forMs / 1_000} s, ${showRate(people)} accounts each. ` +
      `Rates vary from run to run; the ratios in one run are what counts.${unsteadiness(lines)}`,
    ...levels.map((connections) => `\n## ${titleOf(connections)}\n\n${figuresAt(connections, lines)}`),
    `\n## Aims, at ${AIM_CONNECTIONS} connections\n\n${aimsTable(engine, lines)}`,
    `\n${conditions(report)}\n`,
  ].join("\n")
}

// Where one round is twice another, something else was running, and even the ratios are a guess.
function unsteadiness(lines: readonly Line[]): string {
  const unsteady = lines.filter(({ figures: { range } }) => range[1] > 2 * range[0]).length
  if (unsteady === 0) return ""
  return ` **Unsteady: in ${unsteady} of ${lines.length} lines the fastest round was more than twice the slowest.**`
}

function titleOf(connections: number): string {
  return connections === 1 ? "1 connection" : `${connections} connections`
}

function figuresAt(connections: number, lines: readonly Line[]): string {
  const here = lines.filter((line) => line.connections === connections)
  const rows = (Object.keys(OPERATIONS) as Operation[]).flatMap((operation) =>
    here
      .filter((line) => line.operation === operation)
      .map(({ contender, figures: { perSecond, p50, p99, range } }) => [
        OPERATIONS[operation],
        contender,
        showRate(perSecond),
        range.map(showRate).join("–"),
        operation === "link" ? "" : showNumber(p50),
        operation === "link" ? "" : showNumber(p99),
        ratioTo(contender, perSecond, operation, here),
      ]),
  )
  return markdownTable(["", "", "a second", "rounds", "p50 ms", "p99 ms", "Linklatch is"], rows)
}

function ratioTo(contender: string, theirs: number, operation: Operation, lines: readonly Line[]): string {
  if (contender.startsWith(linklatch.name)) return ""
  const ours = lines.find((line) => line.contender === linklatch.name && line.operation === operation)
  return ours === undefined ? "" : showRatio(ours.figures.perSecond, theirs)
}

function aimsTable(engine: EngineName, lines: readonly Line[]): string {
  const rows = judge(engine, lines).map(({ operation, ours, against, times, got }) => [
    `${OPERATIONS[operation]}${ours === linklatch.name ? "" : `, ${ours.replace("Linklatch, ", "")}`}`,
    against,
    `${times} ×`,
    `${showNumber(got)} ×`,
    got >= times ? "yes" : "no",
  ])
  return markdownTable(["", "against", "aim", "got", "met"], rows)
}

function conditions({ engine, sites }: SignInReport): string {
  const rows = sites.map(({ name, notes, facts: { versions, durability } }) => [
    name,
    notes,
    Object.entries(versions)
      .map((pair) => pair.join(" "))
      .join(", "),
    Object.entries(durability)
      .map((pair) => pair.join(" "))
      .join(", "),
  ])
  return [
    "## Conditions\n",
    `Each site is a process of its own in production mode, on ${DATABASES[engine]}, behind https that ends before it. People who`,
    "ask have an account. The rows are counted after each step: every request for a link is committed, every link gave a session and no",
    "account, every session is answered as signed in. Beforehand each site must refuse a used link and a forged session.",
    "The links are those that the site's own mail was handed; sending it is off. A check is a route of the application that asks who sent the request;\n" +
      "the endpoint is the site's own address that says so.\n",
    markdownTable(["", "how it is run", "versions", "how it writes"], rows),
  ].join("\n")
}
