import { linklatch } from "../contenders/linklatch.ts"
import type { EngineName } from "../engines/engine.ts"
import type { Growth, GrowthLine } from "../growth.ts"
import type { Run } from "../run-program.ts"
import { engineTitle } from "./engine-title.ts"
import { showMachine } from "./machine.ts"
import { markdownTable, showNumber, showRate } from "./markdown.ts"

/** Everything about one run on growing tables, as it is written to a file. */
export interface GrowthReport extends Run, Growth {
  readonly engine: EngineName
  readonly few: number
  readonly many: number
  readonly rounds: number
  readonly connections: number
}

// On many rows, a request of ours may take at most so many times as long as on few.
const COST_AIM = 1.5

/** The report for people: the figures on both sizes of tables, and what the difference costs. */
export function reportGrowth(report: GrowthReport): string {
  const { engine, date, command, machine, rounds, connections, lines, sites } = report
  const [few, many] = [showRate(report.few), showRate(report.many)]
  const head = ["", "", `a second, ${few}`, many, `p50 ms, ${few}`, many, `p99 ms, ${few}`, many, "cost", "aim"]
  return [
    `# ${many} rows against ${few}${engineTitle(engine)}\n`,
    `\`${command}\` on ${date} at ${showMachine(machine)} ${sites.map(versionsOf).join("; ")}. ` +
      `${connections} connections, medians of ${rounds} rounds, small and big tables in turn.\n`,
    "As many accounts as the head says, each with a pending link and a live session. Those that are redeemed and checked lie evenly",
    "between the others. Cost: the time of a request on the big tables over that on the small ones.\n",
    markdownTable(head, lines.map(rowOf)),
    "",
  ].join("\n")
}

function rowOf({ operation, contender, few, many, cost }: GrowthLine): readonly string[] {
  const isOurs = contender === linklatch.name
  return [
    operation,
    contender,
    showRate(few.perSecond),
    showRate(many.perSecond),
    showNumber(few.p50),
    showNumber(many.p50),
    showNumber(few.p99),
    showNumber(many.p99),
    `${showNumber(cost)} ×`,
    isOurs ? `${COST_AIM} × ${cost <= COST_AIM ? "kept" : "passed"}` : "",
  ]
}

function versionsOf({ name, facts }: Growth["sites"][number]): string {
  const parts = Object.entries(facts.versions).map((pair) => pair.join(" "))
  return `${name}: ${parts.join(", ")}`
}
