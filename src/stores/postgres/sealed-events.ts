import { LinklatchError } from "../../core/fault.ts"
import { readRanges } from "../../core/sealing/position-ranges.ts"
import type { Bundle, SealedRow, SealingStore, UnsealedEvent } from "../../core/sealing/sealing-store.ts"
import type { Database } from "./database.ts"

const SEALED = "select * from {s}.sealed_events($1, $2)"
const BETWEEN = `
  select e.*, encode(p.salt, 'hex') as salt, p.address, p.ip, p.user_agent
  from {s}.auth_events e
    left join lateral (select * from {s}.auth_event_pii p where p.pii_id = e.pii_id offset 0) p on true
  where e.seq >= $1 and e.seq <= $2 order by e.seq limit 1`
const [LEAST, GREATEST] = [String(-(2n ** 63n)), String(2n ** 63n - 1n)]
const LACKS_PRIVILEGE = "42501"

/** As the driver gives them: numbers of 64 bits are texts, unless whoever owns the pool has it otherwise. */
export interface LeafColumns {
  readonly seq: string | number | bigint
  readonly event_id: string
  readonly at: string | number | bigint
  readonly type: string
  readonly user_id: string | null
  readonly detail: string
  readonly commitment: string | null
}

interface SealedColumns extends LeafColumns {
  readonly pii_id: string | null
  readonly salt: string | null
  readonly address: string | null
  readonly ip: string | null
  readonly user_agent: string | null
}

interface BundleColumns extends SealedColumns {
  readonly bundle: string | number | bigint
  /** Null in the row of an event, and all about events in the row of a bundle. */
  readonly ranges: string | null
}

type SealedEvents = Pick<SealingStore, "bundles" | "eventBetween" | "prune">

/** The events that are in the sealed log, and those that leave it. */
export function createSealedEvents(database: Database): SealedEvents {
  return {
    async bundles({ from, max }) {
      return toBundles((await database.rows(SEALED, [from, max])) as readonly BundleColumns[])
    },
    async eventBetween({ from, through }) {
      const [row] = await database.rows(BETWEEN, [
        from <= Number.MIN_SAFE_INTEGER ? LEAST : from,
        through >= Number.MAX_SAFE_INTEGER ? GREATEST : through,
      ])
      return row === undefined ? null : toSealedRow(row as SealedColumns)
    },
    async prune({ bundle }) {
      const outcome = await database.call("prune_log", [bundle]).catch((fault: unknown) => {
        throw explain(fault)
      })
      return outcome as "pruned" | "refused"
    },
  }
}

export function toLeafRow({ seq, event_id, at, type, user_id, detail, commitment }: LeafColumns): UnsealedEvent {
  // What isn't exact as a number would be another's leaf. Nothing of ours has such a time.
  const time = Number.isSafeInteger(Number(at)) ? Number(at) : (null as unknown as number)
  return { position: Number(seq), id: event_id, at: time, type, userId: user_id, detail, commitment }
}

function toBundles(rows: readonly BundleColumns[]): readonly Bundle[] {
  const bundles = new Map<number, Bundle & { readonly rows: SealedRow[] }>()
  for (const row of rows) {
    const index = Number(row.bundle)
    if (row.ranges !== null) bundles.set(index, { index, ranges: readRanges(row.ranges), rows: [] })
    else bundles.get(index)?.rows.push(toSealedRow(row))
  }
  for (const bundle of bundles.values()) bundle.rows.sort((one, other) => one.position - other.position)
  return [...bundles.values()].sort((one, other) => one.index - other.index)
}

function toSealedRow(row: SealedColumns): SealedRow {
  const { pii_id, salt, address, ip, user_agent } = row
  const pii = salt === null ? null : { salt: Buffer.from(salt, "hex"), address, ip, userAgent: user_agent }
  return { ...toLeafRow(row), piiId: pii_id, pii }
}

function explain(fault: unknown): unknown {
  const { cause } = fault as { cause?: { code?: unknown } }
  if (cause?.code !== LACKS_PRIVILEGE) return fault
  const problem = "This role may not delete events, and should not."
  return new LinklatchError("store_unavailable", `${problem} Prune as the role that owns the tables.`, { cause })
}
