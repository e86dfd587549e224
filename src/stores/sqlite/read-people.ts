import type { DatabaseSync } from "node:sqlite"
import type { SealedRow } from "../../core/sealing/sealing-store.ts"

const COLUMNS = "p.pii_id, hex(p.salt), p.address, p.ip, p.user_agent"
const BETWEEN = `
  select ${COLUMNS} from auth_event_pii p where p.pii_id >= ? and p.pii_id <= ? order by p.pii_id limit ?`
const ONE = `select ${COLUMNS} from auth_event_pii p where p.pii_id = ?`

type Columns = readonly [string, string, string | null, string | null, string | null]
type Pii = SealedRow["pii"]

/** Reads what is there of the personal data of events that stand side by side. */
export type ReadPeople = (piiIds: readonly (string | null)[]) => (piiId: string | null) => Pii

/**
 * Ids of personal data rise with time, so those of neighbours stand beside each other and are read in one walk: to look each of them
 * up costs three times as much, and whoever verifies a log reads all of them.
 */
export function createReadPeople(database: DatabaseSync): ReadPeople {
  const between = database.prepare(BETWEEN)
  const one = database.prepare(ONE)
  // As lists of columns: to make an object of each row takes longer than to read it.
  for (const statement of [between, one]) statement.setReturnArrays(true)
  return (piiIds) => {
    const [least, most] = endsOf(piiIds)
    if (least === null || most === null) return () => null
    const walked = between.all(least, most, piiIds.length) as unknown as readonly Columns[]
    const people = new Map<string, Pii>()
    for (const columns of walked) people.set(columns[0], toPii(columns))
    // More stood between them than these events can need.
    const isWhole = walked.length < piiIds.length
    const look = (piiId: string) => {
      const columns = one.get(piiId) as unknown as Columns | undefined
      return columns === undefined ? null : toPii(columns)
    }
    let last: { readonly piiId: string | null; readonly pii: Pii } = { piiId: null, pii: null }
    return (piiId) => {
      if (piiId !== last.piiId && piiId !== null)
        last = { piiId, pii: people.get(piiId) ?? (isWhole ? null : look(piiId)) }
      return piiId === null ? null : last.pii
    }
  }
}

function endsOf(piiIds: readonly (string | null)[]): readonly [string | null, string | null] {
  let least: string | null = null
  let most: string | null = null
  for (const piiId of piiIds) {
    if (piiId === null) continue
    if (least === null || piiId < least) least = piiId
    if (most === null || piiId > most) most = piiId
  }
  return [least, most]
}

function toPii([, salt, address, ip, userAgent]: Columns): Pii {
  return { salt: Buffer.from(salt, "hex"), address, ip, userAgent }
}
