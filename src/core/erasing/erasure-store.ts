import type { Address } from "../addresses/canonical-address.ts"
import type { Actor } from "../audit/event.ts"
import type { LimitKey } from "../limits/limit.ts"

/**
 * Erasing people: two steps, as no index leads from an address to what is known about it, and none is worth its price on the way of
 * asking. First a walk through requests and events, in short stretches, which deletes what it comes upon; then the decision, which
 * ends the rest at once; then the walk goes on through what came meanwhile. Each step may be repeated, and be the last that happened.
 *
 * The log itself is never touched: of an event, the row of personal data goes, and with it the salt of its commitment.
 */
export interface ErasureStore {
  /**
   * Goes through the next stretch: about `reach` requests or events. Of the people named, it deletes requests with their links and mail,
   * and personal data of events: all that names their address; all of their own events, unless it names somebody else, whom it is about
   * then; all that an application wrote down about their user id.
   */
  walk(walk: ErasureWalk): Promise<ErasureStretch>
  /**
   * Deletes the user with ways in and sessions, which end with an event each, what was asked since the walk began, with links and mail,
   * and the limits named, and writes `user_erased`: one transaction. From then on no session, link or code of that person works.
   * `nothing`: there was nothing to delete, and nothing was written.
   */
  erase(erase: ErasePerson): Promise<ErasePersonOutcome>
  /** Which of these ids belong to users. */
  present(userIds: readonly string[]): Promise<readonly string[]>
  /**
   * Addresses that stand anywhere, in stretches of about `reach` rows; some come more than once. For whoever knows people only by a
   * keyed hash of theirs.
   */
  addresses(ask: { readonly from: string | null; readonly reach: number }): Promise<AddressStretch>
}

/** Somebody to erase. Of an address without a user, `userId` is null; of a user who is gone, `address` may be. */
export interface PersonToErase {
  readonly address: Address | null
  readonly userId: string | null
  /** Milliseconds since the epoch: only what is older goes, for somebody who came back since. Null for all. */
  readonly before: number | null
}

export interface ErasureWalk {
  readonly people: readonly PersonToErase[]
  /** `next` of the stretch before; null to begin. */
  readonly from: string | null
  readonly reach: number
  readonly at: number
}

export interface ErasureStretch extends Erased {
  /** Where to go on from; at the end, where to go on from once more has come. */
  readonly next: string
  readonly isEnd: boolean
  /** How many requests or events there were to look at. */
  readonly looked: number
  /** Of whom something was deleted: places in `people`. */
  readonly found: readonly number[]
}

/** What went. */
export interface Erased {
  readonly requests: number
  /** Rows of personal data: events of one decision share one. */
  readonly persons: number
  /**
   * Bytes by which copies of the deleted rows could be known in a file: salts and hashes, which stand in each of them and nowhere else.
   * Addresses are known anyway.
   */
  readonly marks: readonly Uint8Array[]
}

export interface ErasePerson extends PersonToErase {
  /** Where the walk stands. Null where there was none: then all requests are looked through at once, however many there are. */
  readonly from: string | null
  /** The walk deleted something of theirs. */
  readonly wasFound: boolean
  readonly limitKeys: readonly LimitKey[]
  readonly by: Actor
  readonly at: number
}

export type ErasePersonOutcome =
  | (Pick<Erased, "requests" | "marks"> & {
      readonly status: "erased"
      /** Of the user who was there, or null. */
      readonly userId: string | null
      readonly sessionsEnded: number
    })
  | { readonly status: "nothing" }

export interface AddressStretch {
  readonly addresses: readonly Address[]
  /** Null at the end. */
  readonly next: string | null
}
