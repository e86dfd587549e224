import type { DatabaseSync } from "node:sqlite"
import type { Address } from "../../core/addresses/canonical-address.ts"
import { commitTo, SALT_BYTES } from "../../core/audit/commitment.ts"
import { detailJson } from "../../core/audit/detail-json.ts"
import type { AuditEvent, Client, EventBody, EventPerson } from "../../core/audit/event.ts"
import { uuidv7 } from "../../core/ids.ts"
import { type Random, systemRandom } from "../../core/random.ts"
import { createInsertMany, type Row } from "./insert-many.ts"

const INTO_EVENTS = "insert into auth_events (event_id, at, type, user_id, detail, pii_id, commitment)"
const INTO_PII = "insert into auth_event_pii (pii_id, salt, address, ip, user_agent)"

export interface Subject {
  readonly at: number
  readonly address: Address | null
  readonly client: Client
}

/** Takes down the events of one decision; they share one row of personal data, and so one salt and one commitment. */
export interface Journal {
  write(event: EventBody, userId: string | null): void
}

/** What the decisions of one transaction take down, to be written at its end. */
export interface Transaction {
  readonly events: PendingEvent[]
  readonly people: Row[]
}

type PendingEvent = { readonly event: Omit<AuditEvent, "seq">; readonly piiId: string | null }

export type OpenJournal = (transaction: Transaction, subject: Subject) => Journal

export function createOpenJournal(random: Random = systemRandom): OpenJournal {
  function keepPerson({ people }: Transaction, person: EventPerson, at: number) {
    if (person.address === null && person.ip === null && person.userAgent === null)
      return { piiId: null, commitment: null }
    const salt = random.bytes(SALT_BYTES)
    const piiId = uuidv7(at, random)
    people.push([piiId, salt, person.address, person.ip, person.userAgent])
    return { piiId, commitment: commitTo(person, salt) }
  }

  return (transaction, { at, address, client }) => {
    const person = { address, ip: client.ip, userAgent: client.userAgent }
    let kept: ReturnType<typeof keepPerson> | null = null
    return {
      write({ type, detail }, userId) {
        kept ??= keepPerson(transaction, person, at)
        const { piiId, commitment } = kept
        const about = { id: uuidv7(at, random), at, userId, commitment, person: piiId === null ? null : person }
        transaction.events.push({ event: { ...about, type, detail } as PendingEvent["event"], piiId })
      },
    }
  }
}

/** Writes what a transaction took down, all at once, and returns its events as they stand in the log. */
export type WriteEvents = (transaction: Transaction) => readonly AuditEvent[]

export function createWriteEvents(database: DatabaseSync): WriteEvents {
  const insertEvents = createInsertMany(database, INTO_EVENTS, 7)
  const insertPeople = createInsertMany(database, INTO_PII, 5)
  return ({ events, people }) => {
    insertPeople(people)
    const first = insertEvents(events.map(eventRow))
    return events.map(({ event }, index) => ({ seq: first + index, ...event }) as AuditEvent)
  }
}

function eventRow({ event, piiId }: PendingEvent): Row {
  const { id, at, type, userId, detail, commitment } = event
  return [id, at, type, userId, detailJson(detail), piiId, commitment]
}
