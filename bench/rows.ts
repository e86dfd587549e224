/**
 * `npm run bench:rows`: what asking, redeeming and checking cost on a million pending links and sessions, against ten
 * thousand. Linklatch beside Better Auth and Auth.js. `--engine postgres`, `--rows 10000000` for another million, `--quick` for
 * a look at a hundred thousand, `--ours` without the peers.
 */
import { fields } from "./contenders/fields.ts"
import { measureGrowth } from "./growth.ts"
import { readComparison } from "./read-comparison.ts"
import { reportGrowth } from "./reports/growth-report.ts"
import { runProgram } from "./run-program.ts"

await runProgram({
  script: "bench:rows",
  async measure(progress) {
    const { engine, rows, quick, ours, name } = await readComparison("rows")
    const field = fields[engine]
    const peers = field.peers.filter(({ measures }) => measures.includes("redeem"))
    const contenders = [field.ours[0], ...(ours ? [] : peers)]
    const many = rows ?? (quick ? 100_000 : 1_000_000)
    const size = { engine, few: 10_000, many, rounds: quick ? 2 : 5, connections: 32 }
    const growth = await measureGrowth({ ...size, contenders, forMs: 1_000, progress })
    return { name, result: { ...size, ...growth }, isGood: true }
  },
  report: reportGrowth,
})
