/**
 * `npm run bench`: asking, redeeming and checking over HTTP at 1 and 32 connections. Linklatch beside Better Auth, Auth.js,
 * handlers written by hand and a bare `node:http`, in one run with the same durability. `--quick` for a look, `--ours`
 * without the peers.
 */
import { compare } from "./compare.ts"
import { authJs } from "./contenders/auth-js.ts"
import { betterAuth, betterAuthCached } from "./contenders/better-auth.ts"
import { bare, handWritten, handWrittenShared } from "./contenders/hand-written.ts"
import { linklatch, linklatchAnswering, linklatchLimited } from "./contenders/linklatch.ts"
import { reportSignIn } from "./reports/sign-in-report.ts"
import { runProgram } from "./run-program.ts"

await runProgram({
  script: "bench",
  name: "sign-in",
  async measure({ quick, ours, progress }) {
    const peers = ours ? [] : [betterAuth, betterAuthCached, authJs]
    const size = { rounds: quick ? 1 : 3, forMs: quick ? 500 : 2_500, people: 30_000 }
    const contenders = [linklatch, linklatchLimited, linklatchAnswering, ...peers, handWritten, handWrittenShared, bare]
    return { ...size, ...(await compare({ ...size, contenders, connections: [1, 32], progress })) }
  },
  report: reportSignIn,
})
