import type { DatabaseSync } from "node:sqlite"
import type { SealedRow } from "../../core/sealing/sealing-store.ts"
import { createReadPeople } from "./read-people.ts"

// Whatever somebody wrote there: a number that JavaScript can't hold would be an error instead of a row.
export const AT = `case when e.at between ${Number.MIN_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER} then e.at end`
const SEQ = `max(min(e.seq, ${Number.MAX_SAFE_INTEGER}), ${Number.MIN_SAFE_INTEGER})`
const ROWS = `
  select ${SEQ}, e.event_id, ${AT}, e.type, e.user_id, e.detail, e.commitment, e.pii_id
  from auth_events e where e.seq >= ? and e.seq <= ? order by e.seq limit ?`

type Columns = readonly [number, string, number, string, string | null, string, string | null, string | null]

/** Reads events between two positions, both included, with what is there of their personal data: at most `max`. */
export type ReadSealedRows = (first: number, last: number, max: number) => readonly SealedRow[]

export function createReadSealedRows(database: DatabaseSync): ReadSealedRows {
  const rowsBetween = database.prepare(ROWS)
  rowsBetween.setReturnArrays(true)
  const readPeople = createReadPeople(database)
  return (first, last, max) => {
    const rows = rowsBetween.all(first, last, max) as unknown as readonly Columns[]
    const piiOf = readPeople(rows.map((row) => row[7]))
    return rows.map(([position, id, at, type, userId, detail, commitment, piiId]) => {
      return { position, id, at, type, userId, detail, commitment, piiId, pii: piiOf(piiId) }
    })
  }
}
