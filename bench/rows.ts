/**
 * `npm run bench:rows`: what asking, redeeming and checking cost on a million pending links and sessions, against ten
 * thousand. Linklatch beside Better Auth and Auth.js. `--quick` for a look at a hundred thousand, `--ours` without the peers.
 */
import { authJs } from "./contenders/auth-js.ts"
import { betterAuth } from "./contenders/better-auth.ts"
import { linklatch } from "./contenders/linklatch.ts"
import { measureGrowth } from "./growth.ts"
import { reportGrowth } from "./reports/growth-report.ts"
import { runProgram } from "./run-program.ts"

await runProgram({
  script: "bench:rows",
  name: "rows",
  async measure({ quick, ours, progress }) {
    const contenders = [linklatch, ...(ours ? [] : [betterAuth, authJs])]
    const size = { few: 10_000, many: quick ? 100_000 : 1_000_000, rounds: quick ? 2 : 5, connections: 32 }
    return { ...size, ...(await measureGrowth({ ...size, contenders, forMs: 1_000, progress })) }
  },
  report: reportGrowth,
})
