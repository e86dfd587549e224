import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { countRaces } from "./count-races.ts"
import type { ContractDatabase } from "./every-contract.ts"
import { createField, type Field } from "./field.ts"
import { linkRaces } from "./link-races.ts"
import { outboxRaces } from "./outbox-races.ts"
import { startRacers } from "./racers.ts"
import { reconcile } from "./reconcile.ts"
import { sessionRaces } from "./session-races.ts"

const PROCESSES = 4
const TIMEOUT_MS = 60_000

/** What holds where several processes decide on one database at once. `module` opens it: see `everyContract`. */
export function processContract(
  name: string,
  createDatabase: () => Promise<ContractDatabase>,
  module: URL,
  staleMs: number,
): void {
  describe(`processes on one database: ${name}`, () => {
    let database: ContractDatabase
    let field: Field

    beforeAll(async () => {
      database = await createDatabase()
      // It is empty yet: the processes bring its tables up to date at the same time.
      const racers = await startRacers(PROCESSES, module, database.address)
      const store = await database.open()
      expect(await store.migrate()).toEqual([])
      field = createField(store, racers, staleMs)
    }, TIMEOUT_MS)

    afterAll(async () => {
      await field?.racers.stop()
      await field?.store.close()
      await database?.discard?.()
    }, TIMEOUT_MS)

    for (const [title, race] of Object.entries({ ...linkRaces, ...countRaces, ...outboxRaces, ...sessionRaces }))
      it(title, () => race(field), TIMEOUT_MS)

    it("leave a log that agrees with the state, and with every answer (P5)", () => reconcile(field), TIMEOUT_MS)
  })
}
