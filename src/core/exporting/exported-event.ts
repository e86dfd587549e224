import type { Address } from "../addresses/canonical-address.ts"
import { commitTo } from "../audit/commitment.ts"
import type { EventPerson } from "../audit/event.ts"
import { leafOf } from "../audit/leaf.ts"
import type { SealedRow } from "../sealing/sealing-store.ts"
import { hashLeaf, type TreeHash } from "../tree/hash.ts"

/** One place of the sealed log: what is exported as one record, whatever became of the event. */
export type ExportedEvent = ReadEvent | MissingEvent

export interface ReadEvent {
  /** `altered`: the row, or the personal data beside it, isn't what was sealed. */
  readonly state: "sealed" | "altered"
  /** The place in the log: 0, 1, 2…. */
  readonly index: number
  /** RFC 6962 leaf hash in hex, as the log keeps it. */
  readonly hash: string
  /** The leaf that this row makes: docs/audit-log-format.md. */
  readonly leaf: string
  readonly id: string
  /** Milliseconds since the epoch, in the years from 1970 to 9999. */
  readonly at: number
  readonly type: string
  readonly userId: string | null
  readonly detail: Readonly<Record<string, unknown>>
  /** Null where there was none, and where it was erased. */
  readonly person: EventPerson | null
}

export interface MissingEvent {
  /** No row stands there. */
  readonly state: "missing"
  readonly index: number
  readonly hash: string
  /** When the event before it happened, as nobody knows more. */
  readonly at: number
}

// The end of the year 9999. Other dates are no clock's, and readers of ours choke on them.
const LATEST_TIME = 253_402_300_799_999

/** An event as the log has it at `index`, checked against the hash that was sealed there. */
export function readExportedEvent(
  row: SealedRow | undefined,
  { index, sealed, after }: { readonly index: number; readonly sealed: TreeHash; readonly after: number },
): ExportedEvent {
  const hash = Buffer.from(sealed, "latin1").toString("hex")
  if (row === undefined) return { state: "missing", index, hash, at: after }
  const leaf = leafOf(row)
  const { id, type, userId, commitment, pii } = row
  const person = pii === null ? null : readPerson(pii)
  const isBound = pii === null || person === null || commitTo(person, pii.salt) === commitment
  return {
    state: isBound && hashLeaf(leaf) === sealed ? "sealed" : "altered",
    ...{ index, hash, leaf, id, type, userId, person },
    at: Math.min(Math.max(row.at, 0), LATEST_TIME),
    detail: readDetail(leaf),
  }
}

// What was sealed, not what stands in the row: two readers could take that for two things (src/core/audit/leaf.ts).
function readDetail(leaf: string): ReadEvent["detail"] {
  const { detail } = JSON.parse(leaf) as { readonly detail: string | ReadEvent["detail"] }
  return typeof detail === "string" ? { text: detail } : detail
}

function readPerson({ address, ip, userAgent }: NonNullable<SealedRow["pii"]>): EventPerson {
  // It was canonical when it was written; whoever changed it since is found out by the commitment.
  return { address: address as Address | null, ip, userAgent }
}
