// A witness as a process: `STATE LOG_KEY MOMENT`. At the moment `kept` it dies by SIGKILL once a checkpoint is on the disk, before anybody is
// answered; at `never` it lives until it is told to stop.

import { silentLog } from "../../src/core/log.ts"
import { deriveLogKey } from "../../src/core/notes/log-key.ts"
import { readVerifierKey, type VerifierKey } from "../../src/core/notes/verifier-key.ts"
import { startWitness } from "../../src/witness/start-witness.ts"
import { openWitnessState, type WitnessState } from "../../src/witness/witness-state.ts"

const [statePath = "", logKey = "", moment = ""] = process.argv.slice(2)
const inner = openWitnessState(statePath)
const state: WitnessState = {
  ...inner,
  update(origin, decide) {
    inner.update(origin, decide)
    if (moment === "kept") process.kill(process.pid, "SIGKILL")
  },
}
const running = await startWitness({
  host: "127.0.0.1",
  port: 0,
  name: "witness.example.org/w1",
  key: deriveLogKey(`witness-${"k".repeat(32)}`),
  state,
  logs: [readVerifierKey(logKey) as VerifierKey],
  log: silentLog,
})
process.on("message", () => process.send?.({ port: running.port, verifierKey: running.verifierKey }))
process.on("disconnect", () => void running.stop())
process.send?.("ready")
