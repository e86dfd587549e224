import type { Address } from "../../core/addresses/canonical-address.ts"
import { HOUR } from "../../core/clock.ts"
import type { ErasePersonOutcome, ErasureStore, ErasureWalk } from "../../core/erasing/erasure-store.ts"
import { whoseEvent, whoseRequest } from "../../core/erasing/whose.ts"
import { LinklatchError } from "../../core/fault.ts"
import { firstIdAt } from "../../core/ids.ts"
import type { Database } from "./database.ts"
import type { Decisions } from "./decisions.ts"
import { wholeThrough } from "./log-writers.ts"
import { createReadAddresses } from "./read-addresses.ts"

const FIND_REQUESTS = `
  with stretch as materialized (
    select request_id, address, requested_at from {s}.sign_in_requests where request_id > $1 order by request_id limit $2
  )
  select json_build_object('looked', count(*), 'last', max(request_id),
    'found', json_agg(json_build_array(request_id, address, requested_at)) filter (where address = any ($3)))::text as result
  from stretch`
const FIND_PERSONS = `
  select json_build_array(p.pii_id, p.address, e.type, e.detail, e.at, e.user_id)::text as result
  from {s}.auth_events e
    cross join lateral (select pii_id, address from {s}.auth_event_pii p where p.pii_id = e.pii_id offset 0) p
  where e.seq > $1 and e.seq <= $2 and (p.address = any ($3) or e.user_id = any ($4))`
const PRESENT = "select to_json(user_id)::text as result from {s}.users where user_id = any ($1)"

/** How far a walk has come: through which keys of each table, and up to where the log is whole. */
interface Place {
  readonly requests: string
  /** No request that was asked since the walk began has an id below it, whichever process's clock gave it. */
  readonly recent: string
  readonly isAtEvents: boolean
  readonly events: number
  readonly top: number
}

const CLOCKS_DIFFER = 2 * HOUR
// Whoever has read an address before it was erased has written down what it says by then.
const IN_FLIGHT_MS = 250
const LOOKS_FOR_WRITERS = 16

export function createErasure(database: Database, decisions: Decisions): ErasureStore {
  const walkRequests = createWalkRequests(database)
  const walkEvents = createWalkEvents(database)
  return {
    async walk(walk) {
      const place: Place =
        walk.from === null
          ? { requests: "", recent: firstIdAt(walk.at - CLOCKS_DIFFER), isAtEvents: false, events: 0, top: 0 }
          : JSON.parse(walk.from)
      return place.isAtEvents ? walkEvents(walk, place) : walkRequests(walk, place)
    },
    async erase({ address, userId, before, from, wasFound, limitKeys, by, at }): Promise<ErasePersonOutcome> {
      const recent = from === null ? "" : (JSON.parse(from) as Place).recent
      const who = { address, user_id: userId, before, recent, was_found: wasFound, limit_keys: limitKeys }
      const answer = await decisions.alone("erase_person", { ...who, actor: by, at })
      if (answer.outcome === "nothing") return { status: "nothing" }
      const { userId: erased = null, requests = 0, ended = 0 } = answer
      return { status: "erased", userId: erased, sessionsEnded: ended, requests, marks: [] }
    },
    present: async (userIds) => (await database.ask(PRESENT, [userIds])) as readonly string[],
    addresses: createReadAddresses(database),
  }
}

function createWalkRequests(database: Database) {
  return async ({ people, reach }: ErasureWalk, place: Place) => {
    const addresses = people.flatMap(({ address }) => address ?? [])
    const [answer] = await database.ask(FIND_REQUESTS, [place.requests, reach, addresses])
    const { looked, last, found } = answer as {
      readonly looked: number
      readonly last: string | null
      readonly found: readonly (readonly [id: string, address: Address, requestedAt: number])[] | null
    }
    const theirs = (found ?? [])
      .map(([id, address, requestedAt]) => ({ id, whose: whoseRequest({ address, requestedAt }, people) }))
      .filter(({ whose }) => whose !== -1)
    const requests =
      theirs.length === 0 ? 0 : Number(await database.call("erase_requests", [theirs.map(({ id }) => id)]))
    const next: Place = { ...place, requests: last ?? place.requests, isAtEvents: looked < reach }
    const erased = { requests, persons: 0, marks: [], found: theirs.map(({ whose }) => whose) }
    return { ...erased, next: JSON.stringify(next), isEnd: false, looked }
  }
}

function createWalkEvents(database: Database) {
  return async ({ people, reach }: ErasureWalk, place: Place) => {
    const top = place.events < place.top ? place.top : await findTop(database, place)
    const through = Math.min(top, place.events + reach)
    const addresses = people.flatMap(({ address }) => address ?? [])
    const userIds = people.flatMap(({ userId }) => userId ?? [])
    const rows = (await database.ask(FIND_PERSONS, [place.events, through, addresses, userIds])) as readonly (readonly [
      piiId: string,
      address: Address | null,
      type: string,
      detail: string,
      at: number,
      userId: string | null,
    ])[]
    const theirs = rows
      .map(([piiId, address, type, detail, at, userId]) => ({
        piiId,
        whose: whoseEvent({ address, type, detail, at, userId }, people),
      }))
      .filter(({ whose }) => whose !== -1)
    const piiIds = [...new Set(theirs.map(({ piiId }) => piiId))]
    const persons = piiIds.length === 0 ? 0 : Number(await database.call("erase_persons", [piiIds]))
    const isEnd = through >= top
    // More may have been asked by the time that somebody goes on from here.
    const next: Place = { ...place, events: through, top, isAtEvents: !isEnd }
    const looked = through - place.events
    return {
      requests: 0,
      persons,
      marks: [],
      found: theirs.map(({ whose }) => whose),
      next: JSON.stringify(next),
      isEnd,
      looked,
    }
  }
}

/** The position up to which nothing can appear any more. */
async function findTop(database: Database, place: Place): Promise<number> {
  if (place.top > 0) await new Promise((resolve) => setTimeout(resolve, IN_FLIGHT_MS))
  for (let look = 0; look < LOOKS_FOR_WRITERS; look++) {
    const top = await wholeThrough(database)
    if (top !== null) return top
  }
  const problem = "A transaction that writes to the log has been open for ten seconds, and may name the person."
  throw new LinklatchError("store_unavailable", `${problem} End it (pg_stat_activity), and erase again.`)
}
