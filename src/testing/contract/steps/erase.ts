import { HOUR, MINUTE } from "../../../core/clock.ts"
import { type ErasedPeople, erasePeople } from "../../../core/erasing/erase-people.ts"
import type { PersonToErase } from "../../../core/erasing/erasure-store.ts"
import type { Store } from "../../../core/store.ts"
import { START } from "./ask.ts"

export const ERASED_AT = START + HOUR

/** Erases one person whole: the walk, the decision, and the walk through what came meanwhile. */
export async function erase(store: Store, person: Partial<PersonToErase>): Promise<ErasedPeople> {
  const whole = { address: null, userId: null, before: null, ...person }
  return erasePeople({ store, clock: { now: () => ERASED_AT } }, [whole], { by: "cli" })
}

/** Only the decision, as it is made while others decide too. */
export async function decideErasure(store: Store, person: Partial<PersonToErase>) {
  const whole = { address: null, userId: null, before: null, ...person }
  const at = ERASED_AT - MINUTE
  const { next } = await store.erasure.walk({ people: [], from: null, reach: 1_000_000, at })
  return store.erasure.erase({ ...whole, from: next, wasFound: false, limitKeys: [], by: "cli", at })
}

/** Whose personal data stands beside the log. */
export async function personsIn(store: Store): Promise<readonly string[]> {
  const events = await store.audit.read({ after: 0, max: 10_000 })
  return events.flatMap(({ person }) => (person === null ? [] : (person.address ?? "nobody")))
}
