import { askLimitFacts } from "./contract/ask-limits.ts"
import { auditFacts } from "./contract/audit.ts"
import { codeFacts, codeTryFacts } from "./contract/codes.ts"
import { erasureFacts, laterErasureFacts } from "./contract/erasure.ts"
import { type TestDatabase, type TestRunner, testFacts } from "./contract/lab.ts"
import { latestEventFacts } from "./contract/latest-events.ts"
import { lifecycleFacts } from "./contract/lifecycle.ts"
import { limitFacts, limitSweepFacts } from "./contract/limits.ts"
import { inspectFacts, mintFacts, prefetchFacts } from "./contract/links.ts"
import { sessionListFacts, userListFacts } from "./contract/lists.ts"
import { matchNumberFacts } from "./contract/match-number.ts"
import { neighbourFacts } from "./contract/neighbours.ts"
import { outboxClaimFacts, outboxSettleFacts } from "./contract/outbox.ts"
import { redeemLinkFacts, redeemRaceFacts } from "./contract/redeem-link.ts"
import { flowFacts, requestFacts } from "./contract/requests.ts"
import { personSweepFacts, requestSweepFacts, sessionSweepFacts } from "./contract/retention.ts"
import { checkpointFacts, pruneFacts } from "./contract/sealed-log.ts"
import { sealingFacts } from "./contract/sealing.ts"
import { sealingOnFacts } from "./contract/sealing-on.ts"
import { sequencingFacts } from "./contract/sequencing.ts"
import { sessionCheckFacts, sessionRevokeFacts } from "./contract/sessions.ts"
import { sharedFacts } from "./contract/shared.ts"
import { siblingFacts } from "./contract/siblings.ts"
import { textFacts } from "./contract/texts.ts"
import { timeFacts } from "./contract/times.ts"
import { providerFacts, userFacts } from "./contract/users.ts"

const contract = {
  "the store": lifecycleFacts,
  requests: requestFacts,
  flows: flowFacts,
  "limits of asking": askLimitFacts,
  "claiming mail": outboxClaimFacts,
  "settling mail": outboxSettleFacts,
  minting: mintFacts,
  "inspecting links": inspectFacts,
  "fetched links": prefetchFacts,
  "redeeming links": redeemLinkFacts,
  "presses at once": redeemRaceFacts,
  "match numbers": matchNumberFacts,
  "other links of an address": siblingFacts,
  codes: codeFacts,
  "tries of a code": codeTryFacts,
  "checking sessions": sessionCheckFacts,
  "ending sessions": sessionRevokeFacts,
  users: userFacts,
  "lists of users": userListFacts,
  "lists of sessions": sessionListFacts,
  providers: providerFacts,
  limits: limitFacts,
  "sweeping limits": limitSweepFacts,
  "sweeping requests": requestSweepFacts,
  "sweeping sessions": sessionSweepFacts,
  "sweeping personal data": personSweepFacts,
  erasing: erasureFacts,
  "what erasing meets": laterErasureFacts,
  audit: auditFacts,
  "the end of the log": latestEventFacts,
  sealing: sealingFacts,
  checkpoints: checkpointFacts,
  pruning: pruneFacts,
  texts: textFacts,
  times: timeFacts,
  "decisions beside one that fails": neighbourFacts,
}

/**
 * The tests that every store must pass, one for each rule of the `Store` port. `createDatabase` makes an empty database
 * for each test; the tests bring its tables up to date themselves. Pass the runner's own functions:
 *
 * ```ts
 * storeContract("my store", async () => ({ open: async () => myStore(await emptyDatabase()) }), { describe, it, expect })
 * ```
 */
export function storeContract(name: string, createDatabase: () => Promise<TestDatabase>, runner: TestRunner): void {
  runner.describe(`${name} keeps the store contract`, () => {
    for (const [concept, facts] of Object.entries(contract)) testFacts(concept, facts, createDatabase, runner)
  })
}

/**
 * The tests for a database that outlives a store and that several processes open: run them beside `storeContract` for
 * every store whose `open` gives a second store over the same data. `staleMs` is for a store with a cache of sessions: how long
 * another store may still find one live whose end was answered.
 */
export function sharedStoreContract(
  name: string,
  createDatabase: () => Promise<TestDatabase>,
  runner: TestRunner,
  { staleMs = 0 }: { readonly staleMs?: number } = {},
): void {
  testFacts(`${name} keeps the contract of shared stores`, sharedFacts, createDatabase, runner, staleMs)
  testFacts(`${name} is sealed`, sequencingFacts, createDatabase, runner)
  testFacts(`${name} is sealed whatever happens`, sealingOnFacts, createDatabase, runner)
}
