import type { DatabaseSync } from "node:sqlite"
import type { LeafDraft } from "../../core/verifying/leaf-draft.ts"
import type { ReadPeople } from "./read-people.ts"

const DRAFTS = `
  select e.seq, e.at, concat(char(0), '{"at":', e.at, ',"commitment":', coalesce('"' || e.commitment || '"', 'null'), ',"detail":', e.detail,
    ',"id":"', e.event_id, '","type":"', e.type, '","userId":', coalesce('"' || e.user_id || '"', 'null'), ',"v":1}'), length(e.detail),
    e.pii_id, case when e.type = 'admin_action' then e.detail end
  from auth_events e where e.seq >= ? and e.seq <= ? and e.at between 0 and ${Number.MAX_SAFE_INTEGER} order by e.seq limit ?`

type Columns = readonly [number, number, string, number, string | null, string | null]

/** Reads events between two positions, both included, at most `max`, with their leaves as drafts. */
export type ReadDrafts = (first: number, last: number, max: number) => readonly LeafDraft[]

export function createReadDrafts(database: DatabaseSync, readPeople: ReadPeople): ReadDrafts {
  const draftsBetween = database.prepare(DRAFTS)
  draftsBetween.setReturnArrays(true)
  return (first, last, max) => {
    const rows = draftsBetween.all(first, last, max) as unknown as readonly Columns[]
    const piiOf = readPeople(rows.map((row) => row[4]))
    return rows.map(([position, at, text, detailLength, piiId, adminDetail]) => {
      return { position, at, text, detailLength, piiId, pii: piiOf(piiId), adminDetail }
    })
  }
}
