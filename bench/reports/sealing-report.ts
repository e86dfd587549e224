import type { Comparison } from "../compare.ts"
import type { Operation } from "../contenders/contender.ts"
import type { EngineName } from "../engines/engine.ts"
import type { Run } from "../run-program.ts"
import type { SealLag } from "../seal-lag.ts"
import { engineTitle } from "./engine-title.ts"
import { showMachine } from "./machine.ts"
import { markdownTable, showNumber, showRate } from "./markdown.ts"
import { OPERATIONS } from "./sign-in-report.ts"

export interface SealingReport extends Run, Comparison {
  readonly engine: EngineName
  readonly rounds: number
  readonly forMs: number
  readonly lag: SealLag
}

const MEASURED = ["ask", "link", "redeem", "signOut"] as const satisfies readonly Operation[]

export function reportSealing({ engine, date, command, machine, rounds, forMs, lines, lag }: SealingReport): string {
  const [sealed = "", unsealed = ""] = [...new Set(lines.map(({ contender }) => contender))]
  const rows = MEASURED.map((operation) => {
    const rate = (contender: string) =>
      lines.find((line) => line.contender === contender && line.operation === operation)?.figures.perSecond ??
      Number.NaN
    const share = rate(unsealed) / rate(sealed) - 1
    return [OPERATIONS[operation], showRate(rate(sealed)), showRate(rate(unsealed)), `${(share * 100).toFixed(1)} %`]
  })
  return [
    `# What sealing costs${engineTitle(engine)}\n`,
    `\`${command}\` on ${date} at ${showMachine(machine)} Client, server and database share the machine. Medians of ${rounds} rounds of`,
    `${forMs / 1_000} s at 32 connections, both in turn in every round.\n`,
    markdownTable(["a second", "sealing", "not sealing", "sealing adds"], rows),
    "\n## How long an event waits for its checkpoint\n",
    markdownTable(
      ["events a second", "events", "p50 ms", "p99 ms", "longest ms"],
      [[showRate(lag.perSecond), showRate(lag.events), ...[lag.p50, lag.p99, lag.longest].map(showNumber)]],
    ),
    `\nFrom the answer to a commit until the checkpoint over it was kept and handed out; ${showRate(lag.aimed)} a second were asked for.`,
  ].join("\n")
}
