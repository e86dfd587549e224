/**
 * `npm run soak`: half an hour of visits to `linklatch serve`, with retention on. Does memory grow, or descriptors, or a table
 * that shouldn't? `--minutes 480`, `--rate 5` visits a second, `--engine postgres`, `--processes 2`. Ctrl-C ends it with a report
 * of what was measured until then.
 */
import { parseArgs } from "node:util"
import { readEngineName } from "./engines/engine.ts"
import { reportSoak } from "./reports/soak-report.ts"
import { runProgram } from "./run-program.ts"
import { runSoak } from "./soak/run-soak.ts"

const DEFAULT_MINUTES = 30
const interrupted = new AbortController()

await runProgram({
  script: "soak",
  interrupt() {
    console.log("\nEnding early, with a report of what was measured so far. Once more to end at once.")
    interrupted.abort()
  },
  async measure(progress) {
    const { values } = parseArgs({
      options: {
        minutes: { type: "string", default: String(DEFAULT_MINUTES) },
        rate: { type: "string", default: "3" },
        engine: { type: "string", default: "sqlite" },
        processes: { type: "string", default: "1" },
      },
    })
    const plan = {
      engine: readEngineName(values.engine),
      processes: Math.ceil(readAmount("--processes", values.processes)),
      minutes: readAmount("--minutes", values.minutes),
      visitsPerSecond: readAmount("--rate", values.rate),
    }
    const result = await runSoak({ ...plan, stopping: interrupted.signal, progress })
    const wasInterrupted = interrupted.signal.aborted
    const isLook = wasInterrupted || plan.minutes < DEFAULT_MINUTES
    return {
      name: [
        "soak",
        ...(plan.engine === "sqlite" ? [] : [plan.engine.replace("+", "-")]),
        ...(isLook ? ["look"] : []),
      ].join("-"),
      result: { ...plan, ...result, wasInterrupted },
      isGood: result.visits.failed === 0 && result.judged.every(({ verdict }) => verdict !== "grows"),
    }
  },
  report: reportSoak,
})

function readAmount(option: string, text: string): number {
  const amount = Number(text)
  if (Number.isFinite(amount) && amount > 0) return amount
  throw new Error(`${option} must be a number above 0, not ${text}.`)
}
