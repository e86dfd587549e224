import { silentLog } from "../src/core/log.ts"
import { systemRandom } from "../src/core/random.ts"
import { createLogIdentity } from "../src/core/sealing/log-identity.ts"
import { Sequencer } from "../src/core/sealing/sequencer.ts"
import type { App } from "./app.ts"

const MINUTE = 60_000

/** Seals and signs what waits, as a process that has just begun; of an app that was made with `audit: { seal: false }`. */
export async function sealLog({ store, clock }: Pick<App, "store" | "clock">): Promise<void> {
  // Whoever sealed before held a lease.
  clock.advance(MINUTE)
  const secret = "a-secret-for-tests-that-is-long-enough"
  const identity = createLogIdentity({ origin: "login.example.com/auth/log", keys: [secret] })
  const parts = {
    context: { store, clock, random: systemRandom, log: silentLog },
    identity,
    outlets: [],
    onSigned: () => undefined,
  }
  await new Sequencer(parts).pass()
}
