/**
 * `npm run bench:sealing`: what sealing the log costs those who ask, redeem and sign out, beside the same server that doesn't seal; and
 * how long an event waits for its checkpoint at 5 000 events a second. On SQLite; `--engine postgres`. `--quick` for a look.
 */
import { parseArgs } from "node:util"
import { type Comparison, compare } from "./compare.ts"
import { sealing } from "./contenders/linklatch.ts"
import { startEngine } from "./engines/engine.ts"
import { reportSealing } from "./reports/sealing-report.ts"
import { runProgram } from "./run-program.ts"
import { measureLag, type SealLag } from "./seal-lag.ts"
import { openStore } from "./sites/open-store.ts"

const EVENTS_A_SECOND = 5_000
const MOST_LAG_MS = 1_500

const { values } = parseArgs({
  options: { engine: { type: "string", default: "sqlite" }, quick: { type: "boolean", default: false } },
})
const engine = values.engine === "postgres" ? "postgres" : "sqlite"

await runProgram({
  script: "bench:sealing",
  async measure(progress) {
    const size = values.quick ? { rounds: 1, forMs: 1_000 } : { rounds: 6, forMs: 2_500 }
    const plan = { engine, people: 30_000, connections: [32], ...size } as const
    const compared: Comparison = await compare({ ...plan, contenders: sealing[engine], progress })
    progress(`committing ${EVENTS_A_SECOND} events a second`)
    const lag: SealLag = await lagOn(values.quick ? 5_000 : 30_000)
    const name = `sealing${engine === "sqlite" ? "" : "-postgres"}${values.quick ? "-look" : ""}`
    return { name, result: { ...plan, ...compared, lag }, isGood: lag.p99 < MOST_LAG_MS }
  },
  report: reportSealing,
})

async function lagOn(forMs: number): Promise<SealLag> {
  const running = await startEngine(engine)
  try {
    const { store } = await openStore(engine, await running.createDatabase("lag"))
    return await measureLag(store, { perSecond: EVENTS_A_SECOND, forMs })
  } finally {
    await running.stop()
  }
}
