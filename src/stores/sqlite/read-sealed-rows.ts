import type { DatabaseSync } from "node:sqlite"
import type { SealedRow } from "../../core/sealing/sealing-store.ts"

// Whatever somebody wrote there: a number that JavaScript can't hold would be an error instead of a row.
export const AT = `case when e.at between ${Number.MIN_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER} then e.at end`
const SEQ = `max(min(e.seq, ${Number.MAX_SAFE_INTEGER}), ${Number.MIN_SAFE_INTEGER})`
const ROWS = `
  select ${SEQ}, e.event_id, ${AT}, e.type, e.user_id, e.detail, e.commitment, e.pii_id
  from auth_events e where e.seq >= ? and e.seq <= ? order by e.seq limit ?`
const PERSON_COLUMNS = "p.pii_id, hex(p.salt), p.address, p.ip, p.user_agent"
const PEOPLE = `
  select ${PERSON_COLUMNS} from auth_event_pii p where p.pii_id >= ? and p.pii_id <= ? order by p.pii_id limit ?`
const PERSON = `select ${PERSON_COLUMNS} from auth_event_pii p where p.pii_id = ?`

type Columns = readonly [number, string, number, string, string | null, string, string | null, string | null]
type PersonColumns = readonly [string, string, string | null, string | null, string | null]
type Pii = SealedRow["pii"]

/** Reads events between two positions, both included, with what is there of their personal data: at most `max`. */
export type ReadSealedRows = (first: number, last: number, max: number) => readonly SealedRow[]

/**
 * Ids of personal data rise with time, so those of neighbours stand beside each other and are read in one walk: to look each of them
 * up costs three times as much, and whoever verifies a log reads all of them. Events that share one get the same object.
 */
export function createReadSealedRows(database: DatabaseSync): ReadSealedRows {
  const rowsBetween = database.prepare(ROWS)
  const peopleBetween = database.prepare(PEOPLE)
  const person = database.prepare(PERSON)
  // As lists of columns: to make an object of each row takes longer than to read it.
  for (const statement of [rowsBetween, peopleBetween, person]) statement.setReturnArrays(true)

  function readPeople(rows: readonly Columns[]): (piiId: string) => Pii {
    const [least, most] = endsOf(rows)
    if (least === null || most === null) return () => null
    const walked = peopleBetween.all(least, most, rows.length) as unknown as readonly PersonColumns[]
    const people = new Map(walked.map((columns) => [columns[0], toPii(columns)]))
    if (walked.length < rows.length) return (piiId) => people.get(piiId) ?? null
    // There were more between them than these events can need.
    return (piiId) => {
      const columns = people.has(piiId) ? undefined : (person.get(piiId) as unknown as PersonColumns | undefined)
      if (columns !== undefined) people.set(piiId, toPii(columns))
      return people.get(piiId) ?? null
    }
  }

  return (first, last, max) => {
    const rows = rowsBetween.all(first, last, max) as unknown as readonly Columns[]
    const piiOf = readPeople(rows)
    return rows.map(([position, id, at, type, userId, detail, commitment, piiId]) => {
      const pii = piiId === null ? null : piiOf(piiId)
      return { position, id, at, type, userId, detail, commitment, piiId, pii }
    })
  }
}

function endsOf(rows: readonly Columns[]): readonly [string | null, string | null] {
  let least: string | null = null
  let most: string | null = null
  for (const row of rows) {
    const piiId = row[7]
    if (piiId === null) continue
    if (least === null || piiId < least) least = piiId
    if (most === null || piiId > most) most = piiId
  }
  return [least, most]
}

function toPii([, salt, address, ip, userAgent]: PersonColumns): Pii {
  return { salt: Buffer.from(salt, "hex"), address, ip, userAgent }
}
