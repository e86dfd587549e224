import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Address } from "../../../src/core/addresses/canonical-address.ts"
import { HOUR, MINUTE, SECOND } from "../../../src/core/clock.ts"
import { erasePeople } from "../../../src/core/erasing/erase-people.ts"
import type { Redeemed, RedeemLink } from "../../../src/core/store.ts"
import { ask, newId, phone, START } from "../../../src/testing/contract/steps/ask.ts"
import { claim, mintLink } from "../../../src/testing/contract/steps/deliver.ts"
import { personsIn } from "../../../src/testing/contract/steps/erase.ts"
import type { ContractDatabase } from "./every-contract.ts"
import { createField, type Field, statusOf } from "./field.ts"
import { type Order, order } from "./order.ts"
import { disable, mailAll, newAddresses, press, signInAll, signOut, type, use } from "./orders.ts"
import { startRacers } from "./racers.ts"

const PROCESSES = 4
const PEOPLE = 24
const ROUNDS = 6
// Which of two comes first is up to the machine.
const MOST_ROUNDS = 5 * ROUNDS
const TIMEOUT_MS = 60_000
const TABLES = ["users", "user_providers", "sessions", "sign_in_requests", "magic_link_tokens", "outbox"]

/** That erasing leaves nothing behind, whatever else is decided about the same person at the same moment. */
export function erasingContract(
  name: string,
  createDatabase: () => Promise<ContractDatabase>,
  module: URL,
  staleMs: number,
): void {
  describe(`erasing beside others: ${name}`, () => {
    let database: ContractDatabase
    let field: Field

    beforeAll(async () => {
      database = await createDatabase()
      const racers = await startRacers(PROCESSES, module, database.address)
      const store = await database.open()
      await store.migrate()
      field = createField(store, racers, staleMs)
    }, TIMEOUT_MS)

    afterAll(async () => {
      await field?.racers.stop()
      await field?.store.close()
      await database?.discard?.()
    }, TIMEOUT_MS)

    const rowsIn = async (table: string) => (await database.query?.(`select * from ${table}`)) ?? []

    it(
      "leaves no row of anybody whom several processes erase while others sign them in (AUD-9)",
      async () => {
        const outcomes = new Set<string>()
        const hasBoth = () => cameFirst(outcomes, "redeemed", "minted") && cameFirst(outcomes, "unknown", "lease_lost")
        for (let round = 0; round < ROUNDS || (round < MOST_ROUNDS && !hasBoth()); round++) {
          const { orders, addresses } = await prepare(field)
          const finishes = await field.race([...orders, ...addresses.flatMap((one) => [erase(one), erase(one)])])
          for (const finish of finishes.filter(
            (one) => one.order.method !== "notePrefetch" && one.order.part === "links",
          ))
            outcomes.add(statusOf(finish))
          for (const table of TABLES) expect(await rowsIn(table), table).toEqual([])
          await expectSignedOut(
            field,
            finishes.map(({ order: { args }, outcome }) => ({ args, outcome })),
          )
        }
        // Both came first, now and then: else nothing was raced.
        expect({ outcomes: [...outcomes], hasBoth: hasBoth() }).toMatchObject({ hasBoth: true })
      },
      TIMEOUT_MS,
    )

    it(
      "leaves no personal data of anybody who is erased whole beside them",
      async () => {
        for (let round = 0; round < ROUNDS; round++) {
          const { orders, addresses } = await prepare(field)
          const people = addresses.map((address) => ({ address, userId: null, before: null }))
          const erasing = erasePeople({ store: field.store, clock: { now: () => START + HOUR } }, people, { by: "cli" })
          await Promise.all([erasing, field.race(orders)])
          for (const table of TABLES) expect(await rowsIn(table), table).toEqual([])
          const persons = await personsIn(field.store)
          expect(persons.filter((one) => addresses.some((address) => address === one))).toEqual([])
        }
      },
      TIMEOUT_MS,
    )
  })
}

/** People who are signed in, others who never were; each with a link in the mail and another mail on its way; and all that may happen to them at once. */
async function prepare(
  field: Field,
): Promise<{ readonly orders: readonly Order[]; readonly addresses: readonly Address[] }> {
  const { store } = field
  const people = await signInAll(field, PEOPLE / 2)
  const addresses = [...people.map(({ user }) => user.email), ...newAddresses(PEOPLE / 2)]
  const mails = await mailAll(
    field,
    addresses.map((address) => ({ address, at: START + 2 * MINUTE })),
  )
  const asked = await Promise.all(addresses.map((address) => ask(store, { address, at: START + 4 * MINUTE })))
  const at = START + 4 * MINUTE + SECOND
  const leaseId = newId(at)
  await claim(store, { at, leaseId, max: 10_000 })
  const owed = asked.map((one) => order("links", "mint", mintLink(one, leaseId, { at })))
  const seen = mails.map(({ link: { tokenHash } }) => order("links", "notePrefetch", { tokenHash, client: phone, at }))
  const mine = people.flatMap(({ user }, i) => [
    i % 2 === 0 ? disable(user.id, at) : signOut(user.id, at),
    use(user.id, at),
  ])
  const presses = mails.flatMap((mail) => [press(mail), press(mail), type(mail)])
  return { orders: [...presses, ...owed, ...seen.slice(0, PEOPLE / 2), ...mine], addresses }
}

function erase(address: Address): Order {
  const decision = { from: null, wasFound: false, limitKeys: [], by: "application", at: START + HOUR } as const
  return order("erasure", "erase", { address, userId: null, before: null, ...decision })
}

async function expectSignedOut(
  { store }: Field,
  finishes: readonly { readonly args: unknown; readonly outcome: unknown }[],
): Promise<void> {
  const redeemed = finishes.filter(({ outcome }) => (outcome as Redeemed | null)?.status === "redeemed")
  const checks = redeemed.map(({ args }) => {
    const { tokenHash } = (args as RedeemLink).session
    return store.sessions.check({ tokenHash, at: START + 10 * MINUTE, idleTtl: HOUR, touchEvery: HOUR })
  })
  for (const signedIn of await Promise.all(checks)) expect(signedIn).toBe(null)
}

function cameFirst(outcomes: ReadonlySet<string>, ...any: readonly string[]): boolean {
  return any.some((outcome) => outcomes.has(outcome))
}
