/**
 * `npm run bench:rows`: what asking, redeeming and checking cost on a million pending links and sessions, against ten
 * thousand. Linklatch beside Better Auth and Auth.js. `--engine postgres`, `--rows 10000000` for another million, `--quick` for
 * a look at a hundred thousand, `--ours` without the peers.
 */
import { fields } from "./contenders/fields.ts"
import { measureGrowth } from "./growth.ts"
import { reportGrowth } from "./reports/growth-report.ts"
import { runProgram } from "./run-program.ts"

await runProgram({
  script: "bench:rows",
  name: "rows",
  async measure({ engine, rows, quick, ours, progress }) {
    const field = fields[engine]
    const contenders = [field.ours[0], ...(ours ? [] : field.peers)].filter(({ measures }) =>
      measures.includes("redeem"),
    )
    const many = rows ?? (quick ? 100_000 : 1_000_000)
    const size = { few: 10_000, many, rounds: quick ? 2 : 5, connections: 32 }
    return { ...size, ...(await measureGrowth({ ...size, engine, contenders, forMs: 1_000, progress })) }
  },
  report: reportGrowth,
})
