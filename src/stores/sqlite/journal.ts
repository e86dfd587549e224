import type { DatabaseSync } from "node:sqlite"
import type { Address } from "../../core/addresses/canonical-address.ts"
import { commitTo, SALT_BYTES } from "../../core/audit/commitment.ts"
import type { AuditEvent, Client, EventBody, EventPerson } from "../../core/audit/event.ts"
import { uuidv7 } from "../../core/ids.ts"
import { type Random, systemRandom } from "../../core/random.ts"
import type { Transaction } from "./shared-commit.ts"

const INSERT_EVENT = `
  insert into auth_events (event_id, at, type, user_id, detail, pii_id, commitment) values (?, ?, ?, ?, ?, ?, ?)`
const INSERT_PII = "insert into auth_event_pii (pii_id, salt, address, ip, user_agent) values (?, ?, ?, ?, ?)"

export interface Subject {
  readonly at: number
  readonly address: Address | null
  readonly client: Client
}

/** Writes the events of one decision; they share one row of personal data, and so one salt and one commitment. */
export interface Journal {
  write(event: EventBody, userId: string | null): void
}

export type OpenJournal = (transaction: Transaction, subject: Subject) => Journal

export function createJournals(database: DatabaseSync, random: Random = systemRandom): OpenJournal {
  const insertEvent = database.prepare(INSERT_EVENT)
  const insertPii = database.prepare(INSERT_PII)

  function keepPerson(person: EventPerson, at: number): { piiId: string | null; commitment: string | null } {
    if (person.address === null && person.ip === null && person.userAgent === null)
      return { piiId: null, commitment: null }
    const salt = random.bytes(SALT_BYTES)
    const piiId = uuidv7(at, random)
    insertPii.run(piiId, salt, person.address, person.ip, person.userAgent)
    return { piiId, commitment: commitTo(person, salt) }
  }

  return (transaction, { at, address, client }) => {
    const person = { address, ip: client.ip, userAgent: client.userAgent }
    let kept: ReturnType<typeof keepPerson> | null = null
    return {
      write(event, userId) {
        kept ??= keepPerson(person, at)
        const id = uuidv7(at, random)
        const { piiId, commitment } = kept
        const { lastInsertRowid } = insertEvent.run(
          id,
          at,
          event.type,
          userId,
          JSON.stringify(event.detail),
          piiId,
          commitment,
        )
        const written = {
          seq: Number(lastInsertRowid),
          id,
          at,
          userId,
          commitment,
          person: piiId === null ? null : person,
        }
        transaction.events.push({ ...written, ...event } as AuditEvent)
      },
    }
  }
}
