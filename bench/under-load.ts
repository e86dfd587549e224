/**
 * `npm run load`: how long people wait at 50, 80 and 100 % of what the site keeps up with, asking, redeeming, checking and in
 * a mix like life, on each engine, served by one process and by four. `--quick` for a look; `--engine sqlite`,
 * `--processes 4`, `--operation check`, `--seconds 60`, `--people 1000000` for less or more of it.
 */
import { parseArgs } from "node:util"
import { engineNames, readEngineName } from "./engines/engine.ts"
import { measureLoad } from "./open-loop/measure-load.ts"
import { type LoadOperation, operations } from "./open-loop/workload.ts"
import { reportLoad } from "./reports/load-report.ts"
import { runProgram } from "./run-program.ts"

const LONG = {
  connections: 256,
  keepsUpP99Ms: 250,
  people: 500_000,
  warmUpSeconds: 3,
  trialSeconds: 3,
  maxTrials: 8,
  levelSeconds: 20,
}
const SHORT = { ...LONG, people: 60_000, warmUpSeconds: 0.5, trialSeconds: 0.7, maxTrials: 4, levelSeconds: 1.5 }

await runProgram({
  script: "load",
  async measure(progress) {
    const { isWhole, ...plan } = readPlan()
    const figures = await measureLoad({ ...plan, levels: [0.5, 0.8, 1], progress })
    const isGood = figures.lines.every(({ result }) => result.failed === 0)
    return { name: isWhole ? "load" : "load-look", result: { ...plan, ...figures }, isGood }
  },
  report: reportLoad,
})

function readPlan() {
  const { values } = parseArgs({
    options: {
      engine: { type: "string", multiple: true, default: [...engineNames] },
      processes: { type: "string", multiple: true, default: ["1", "4"] },
      operation: { type: "string", multiple: true, default: [...operations] },
      seconds: { type: "string" },
      people: { type: "string" },
      quick: { type: "boolean", default: false },
    },
  })
  const length = values.quick ? SHORT : LONG
  return {
    ...length,
    engines: values.engine.map(readEngineName),
    processes: values.processes.map((text) => readCount("--processes", text)),
    operations: values.operation.map(readOperation),
    ...(values.seconds !== undefined && { levelSeconds: readCount("--seconds", values.seconds) }),
    ...(values.people !== undefined && { people: readCount("--people", values.people) }),
    isWhole: process.argv.length === 2,
  }
}

function readOperation(text: string): LoadOperation {
  const operation = operations.find((one) => one === text)
  if (operation === undefined) throw new Error(`There is no operation ${text}: choose of ${operations.join(", ")}.`)
  return operation
}

function readCount(option: string, text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count > 0) return count
  throw new Error(`${option} must be a whole number above 0, not ${text}.`)
}
