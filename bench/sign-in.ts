/**
 * `npm run bench`: asking, redeeming and checking over HTTP at 1 and 32 connections. Linklatch beside Better Auth, Auth.js,
 * handlers written by hand and a bare `node:http`, in one run with the same durability. `--engine postgres` for all of them
 * on one PostgreSQL server, `--quick` for a look, `--ours` without the peers.
 */
import { compare } from "./compare.ts"
import { fields } from "./contenders/fields.ts"
import { readComparison } from "./read-comparison.ts"
import { reportSignIn } from "./reports/sign-in-report.ts"
import { runProgram } from "./run-program.ts"

await runProgram({
  script: "bench",
  async measure(progress) {
    const { engine, quick, ours, name } = await readComparison("sign-in")
    const field = fields[engine]
    const contenders = [...field.ours, ...(ours ? [] : field.peers), ...field.byHand]
    const size = { engine, rounds: quick ? 1 : 3, forMs: quick ? 500 : 2_500, people: 30_000 }
    const compared = await compare({ ...size, contenders, connections: [1, 32], progress })
    return { name, result: { ...size, ...compared }, isGood: true }
  },
  report: reportSignIn,
})
