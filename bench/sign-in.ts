/**
 * `npm run bench`: asking, redeeming and checking over HTTP at 1 and 32 connections. Linklatch beside Better Auth, Auth.js,
 * handlers written by hand and a bare `node:http`, in one run with the same durability. `--engine postgres` for all of them
 * on one PostgreSQL server, `--quick` for a look, `--ours` without the peers.
 */
import { compare } from "./compare.ts"
import { fields } from "./contenders/fields.ts"
import { reportSignIn } from "./reports/sign-in-report.ts"
import { runProgram } from "./run-program.ts"

await runProgram({
  script: "bench",
  name: "sign-in",
  async measure({ engine, quick, ours, progress }) {
    const field = fields[engine]
    const peers = ours ? [] : field.peers
    const size = { rounds: quick ? 1 : 3, forMs: quick ? 500 : 2_500, people: 30_000 }
    const contenders = [...field.ours, ...peers, ...field.byHand]
    return { ...size, ...(await compare({ ...size, engine, contenders, connections: [1, 32], progress })) }
  },
  report: reportSignIn,
})
