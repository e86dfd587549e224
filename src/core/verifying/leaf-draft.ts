import { hash } from "node:crypto"
import type { Bundle, PositionRange, SealedRow } from "../sealing/sealing-store.ts"
import type { TreeHash } from "../tree/hash.ts"

/**
 * An event whose leaf the database has put together from the row's columns, as they stand there, quotes around texts and nothing
 * escaped. Where that is how the row's leaf is written, it takes half the time to make; `hashDraft` tells.
 */
export interface LeafDraft {
  readonly position: number
  readonly at: number
  /** A zero (RFC 6962 §2.1), then the draft. */
  readonly text: string
  /** Of the column `detail`, in characters. */
  readonly detailLength: number
  readonly piiId: string | null
  readonly pii: SealedRow["pii"]
  /** The column itself where the event is an `admin_action`. */
  readonly adminDetail: string | null
}

export interface DraftBundle {
  readonly index: number
  readonly ranges: readonly PositionRange[]
  /** In the order of their positions. */
  readonly drafts: readonly LeafDraft[]
  /** The same with its rows. */
  bundle(): Bundle
}

// `\0{"at":1767225600700,"commitment":"vZr5MQ…","detail":{`: of a time between 2001 and 2286, and 43 characters of base64url or null.
const LEAST_TIME = 1e12
const MOST_TIME = 1e13 - 1
const COMMITMENT_AT = 34
const COMMITMENT_LENGTH = 43
const DETAIL = ',"detail":'
const QUOTE = 0x22
// What holds no quote and no backslash is read in one way alone, so texts that are alike come from rows that are.
const END = /,"id":"[^"\\]*","type":"[^"\\]*","userId":(?:null|"[^"\\]*"),"v":1\}$/y

/**
 * The hash of a draft; null where it can't be known that only one row has such a draft.
 *
 * A draft that has the hash of a sealed leaf *is* that leaf. It was put together from columns without quotes and backslashes, but for `detail`, which
 * begins like an object; so each column is what stands in the leaf, and `detail` is canonical: `leafOf` of the row gives the same.
 */
export function hashDraft(draft: LeafDraft): TreeHash | null {
  const { at, text, detailLength } = draft
  if (!(at >= LEAST_TIME && at <= MOST_TIME)) return null
  const detailAt = afterCommitment(text) + DETAIL.length
  if (!text.startsWith(DETAIL, detailAt - DETAIL.length) || text.charAt(detailAt) !== "{") return null
  END.lastIndex = detailAt + detailLength
  return END.test(text) ? (hash("sha256", text, "binary") as TreeHash) : null
}

/** The commitment in a draft whose hash is known, or null where it has none. */
export function commitmentIn({ text }: LeafDraft): string | null {
  const start = COMMITMENT_AT + 1
  return text.charCodeAt(COMMITMENT_AT) === QUOTE ? text.slice(start, start + COMMITMENT_LENGTH) : null
}

function afterCommitment(text: string): number {
  if (text.charCodeAt(COMMITMENT_AT) !== QUOTE) return COMMITMENT_AT + "null".length
  const end = text.indexOf('"', COMMITMENT_AT + 1)
  const backslash = text.indexOf("\\")
  const isPlain = end === COMMITMENT_AT + 1 + COMMITMENT_LENGTH && (backslash === -1 || backslash > end)
  return isPlain ? end + 1 : Number.NaN
}
