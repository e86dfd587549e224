import type { DatabaseSync, StatementSync } from "node:sqlite"
import { nobody } from "../../core/audit/event.ts"
import type { ErasePerson, ErasePersonOutcome, ErasureStore, PersonToErase } from "../../core/erasing/erasure-store.ts"
import { type EventWithPerson, whoseEvent } from "../../core/erasing/whose.ts"
import { createDeleteRequests, type DeleteRequests } from "./delete-requests.ts"
import { createDeleteUser, type DeleteUser } from "./delete-user.ts"
import type { Journal, OpenJournal } from "./journal.ts"
import { createReadAddresses } from "./read-addresses.ts"
import type { EndSessions } from "./sessions.ts"
import type { SharedCommit } from "./shared-commit.ts"

const LAST_REQUEST = "select coalesce(max(seq), 0) as seq from sign_in_requests"
const LAST_EVENT = "select coalesce(max(seq), 0) as seq from auth_events"
const FIND_PERSONS = `
  select e.type, e.detail, e.at, e.user_id as userId, p.address, p.pii_id, p.salt
  from auth_events e cross join auth_event_pii p on p.pii_id = e.pii_id
  where e.seq > ? and e.seq <= ?
    and (p.address in (select value from json_each(?)) or e.user_id in (select value from json_each(?)))`
const DELETE_PERSON = "delete from auth_event_pii where pii_id = ?"
const DELETE_LIMIT = "delete from rate_limits where limit_key = ?"
const PRESENT = "select user_id from users where user_id in (select value from json_each(?))"

/** How far a walk has come: through which numbers of each table. */
interface Place {
  readonly requests: number
  readonly events: number
}

interface FoundPerson extends EventWithPerson {
  readonly pii_id: string
  readonly salt: Uint8Array
}

export function createErasure(
  database: DatabaseSync,
  commits: SharedCommit,
  openJournal: OpenJournal,
  endSessions: EndSessions,
): ErasureStore {
  const deleteRequests = createDeleteRequests(database)
  const erase = createErase(database, deleteRequests, createDeleteUser(database, endSessions))
  const present = database.prepare(PRESENT)
  return {
    walk: createWalk(database, commits, deleteRequests),
    erase: (person) =>
      commits.decide((transaction) =>
        // Nobody stands at the other end: the event must not have a person beside it again.
        erase(person, openJournal(transaction, { at: person.at, address: null, client: nobody })),
      ),
    present: (userIds) => commits.read(() => present.all(JSON.stringify(userIds)).map((row) => String(row["user_id"]))),
    addresses: createReadAddresses(database, commits),
  }
}

function createWalk(
  database: DatabaseSync,
  commits: SharedCommit,
  deleteRequests: DeleteRequests,
): ErasureStore["walk"] {
  const lastRequest = database.prepare(LAST_REQUEST)
  const lastEvent = database.prepare(LAST_EVENT)
  const walkPersons = createWalkPersons(database, commits)
  return async (walk) => {
    const place = readPlace(walk.from)
    const last = await commits.read(() => ({ request: numberOf(lastRequest), event: numberOf(lastEvent) }))
    if (place.requests < last.request) {
      const through = Math.min(last.request, place.requests + walk.reach)
      // Looked for outside of a transaction, as in nearly every stretch there is nothing: looking holds up nobody who writes.
      const found = await commits.read(() => deleteRequests.find(walk.people, place.requests, through))
      const marks = found.length === 0 ? [] : await commits.decide(() => deleteRequests.run(found))
      const next = JSON.stringify({ ...place, requests: through })
      const deleted = { requests: found.length, persons: 0, marks, found: found.map(({ whose }) => whose) }
      return { ...deleted, next, isEnd: false, looked: through - place.requests }
    }
    const through = Math.min(last.event, place.events + walk.reach)
    const deleted = await walkPersons(walk.people, place.events, through)
    const next = JSON.stringify({ ...place, events: through })
    return { ...deleted, requests: 0, next, isEnd: through === last.event, looked: through - place.events }
  }
}

function createWalkPersons(database: DatabaseSync, commits: SharedCommit) {
  const findPersons = database.prepare(FIND_PERSONS)
  const deletePerson = database.prepare(DELETE_PERSON)
  return async (people: readonly PersonToErase[], above: number, through: number) => {
    const addresses = JSON.stringify(people.flatMap(({ address }) => address ?? []))
    const userIds = JSON.stringify(people.flatMap(({ userId }) => userId ?? []))
    const rows = await commits.read(() => findPersons.all(above, through, addresses, userIds))
    const whose = (rows as unknown as readonly FoundPerson[]).map((row) => ({ row, whose: whoseEvent(row, people) }))
    const found = whose.filter((one) => one.whose !== -1)
    const salts = new Map(found.map(({ row }) => [row.pii_id, row.salt]))
    if (salts.size > 0) {
      await commits.decide(() => {
        for (const piiId of salts.keys()) deletePerson.run(piiId)
      })
    }
    return { persons: salts.size, marks: [...salts.values()], found: found.map((one) => one.whose) }
  }
}

function createErase(
  database: DatabaseSync,
  deleteRequests: DeleteRequests,
  deleteUser: DeleteUser,
): (person: ErasePerson, journal: Journal) => ErasePersonOutcome {
  const deleteLimit = database.prepare(DELETE_LIMIT)
  return (person, journal) => {
    const { by } = person
    const found = deleteRequests.find([person], readPlace(person.from).requests, Number.MAX_SAFE_INTEGER)
    const hashes = deleteRequests.run(found)
    const deleted = deleteUser(person, journal)
    const limits = person.limitKeys.map((key) => Number(deleteLimit.run(key).changes))
    const isAnything = person.wasFound || found.length > 0 || deleted !== null || limits.some((changes) => changes > 0)
    if (!isAnything) return { status: "nothing" }
    const userId = deleted?.userId ?? null
    journal.write({ type: "user_erased", detail: { by } }, userId ?? person.userId)
    const { sessionsEnded = 0, marks = [] } = deleted ?? {}
    return { status: "erased", userId, sessionsEnded, requests: found.length, marks: [...hashes, ...marks] }
  }
}

function readPlace(from: string | null): Place {
  return from === null ? { requests: 0, events: 0 } : JSON.parse(from)
}

function numberOf(statement: StatementSync): number {
  return Number(statement.get()?.["seq"])
}
