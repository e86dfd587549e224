/**
 * What a store must be able to decide. Each method is a whole decision: one transaction, every outcome named, nothing
 * for a caller to check first and use later. State and the events that record it commit together or not at all (P5).
 * Time is an argument, in whole milliseconds since the epoch, from 0 to 2^48 - 1, as ids hold no more; a store never asks a
 * clock. Text is any text without NUL and without halves of surrogate pairs, and is kept as it is. `linklatch/testing`
 * exports the contract suite that each store must pass.
 */
import type { Address } from "./addresses/canonical-address.ts"
import type { AuditStore } from "./audit/audit-store.ts"
import type { Actor, Client, EventDetail, RevokeReason, WithheldReason } from "./audit/event.ts"
import type { ErasureStore } from "./erasing/erasure-store.ts"
import type { AskLimits, DecidedAskLimits } from "./limits/ask-limits.ts"
import type { LimitOutcome, LimitTake, Quota } from "./limits/limit.ts"
import type { CodeHash } from "./links/code.ts"
import type { LinkState } from "./links/dead-reason.ts"
import type { FlowHash } from "./links/flow.ts"
import type { TokenHash } from "./links/token.ts"
import type { RetentionStore } from "./retention/retention-store.ts"
import type { SealingStore } from "./sealing/sealing-store.ts"
import type { NewSession, Session } from "./sessions/session.ts"
import type { SessionTokenHash } from "./sessions/session-token.ts"
import type { ListUsers, SetDisabled, SetDisabledOutcome } from "./users/look-after-users.ts"
import type { ProviderUse, User } from "./users/user.ts"

export interface Store {
  /** A short name for logs and the doctor: `sqlite`. */
  readonly name: string
  /** The file that everything is kept in, where the store has one. */
  readonly file?: string
  readonly requests: RequestStore
  readonly links: LinkStore
  readonly codes: CodeStore
  readonly sessions: SessionStore
  readonly users: UserStore
  readonly providers: ProviderStore
  readonly limits: LimitStore
  readonly outbox: OutboxStore
  readonly retention: RetentionStore
  readonly erasure: ErasureStore
  readonly audit: AuditStore
  readonly sealing: SealingStore
  /** Brings the tables up to date; safe to call again. Returns the names of the migrations that it ran. */
  migrate(): Promise<readonly string[]>
  /** Rejects while the store can't decide anything. */
  ping(): Promise<void>
  /** Waits for decisions under way, then lets go of the database. */
  close(): Promise<void>
}

// ── Asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface RequestStore {
  /**
   * Takes the limits, unless they are decided, and writes request, outbox row and `link_requested`. Reads no user and no list, so there is nothing
   * to time (P4). A spent address limit changes one column of the outbox row, and its first refusal in a window writes
   * `rate_limited`; the caller sees nothing of it.
   */
  open(request: OpenRequest): Promise<OpenOutcome>
  /** The newest request of a flow, or null. */
  latest(flowHash: FlowHash): Promise<PendingRequest | null>
}

export interface OpenRequest {
  /** As the one of the outbox, a UUIDv7 made at `at`: rows are found by the time that their ids begin with. */
  readonly requestId: string
  readonly outboxId: string
  readonly address: Address
  /** The flow in the browser's cookie, if any. It is kept where its newest request is open, for the same address and with tries left. */
  readonly flowHash: FlowHash | null
  /** Used in every other case. */
  readonly freshFlowHash: FlowHash
  /** For a fresh flow; a kept one keeps the number that its page shows. */
  readonly matchNumber: number
  readonly next: string | null
  readonly locale: string
  /** "Firefox on Windows", for the mail and the link page. */
  readonly device: string
  readonly client: Client
  readonly limits: AskLimits | DecidedAskLimits
  readonly at: number
  /** When the outbox gives the mail up: milliseconds since the epoch. */
  readonly deadline: number
}

export type OpenOutcome =
  | { readonly status: "opened"; readonly flow: "kept" | "fresh"; readonly quota: Quota | null }
  | RateLimited

/** Refused openly, by the limit of a client address. */
export interface RateLimited {
  readonly status: "rate_limited"
  readonly quota: Quota
  /** True for the first refusal of a window, which wrote `rate_limited`; whoever counts the others leaves it out. */
  readonly isReported: boolean
}

export interface PendingRequest {
  readonly requestId: string
  readonly address: Address
  readonly matchNumber: number
  readonly next: string | null
  readonly requestedAt: number
  /** When a link or code of its flow was redeemed, or null. */
  readonly closedAt: number | null
  readonly codeTriesLeft: number
}

// ── Links and codes ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface LinkStore {
  /** Stores the hashes of a new pair for an outbox row whose lease the caller still holds. */
  mint(link: MintLink): Promise<{ readonly status: "minted" | "lease_lost" }>
  /** What a link is, without touching it. */
  inspect(tokenHash: TokenHash): Promise<LinkView | null>
  /** Notes once, with `link_prefetched`, that a live link was fetched by somebody other than the browser that asked. */
  notePrefetch(prefetch: { readonly tokenHash: TokenHash; readonly client: Client; readonly at: number }): Promise<void>
  /** Uses a link up: at most once, over any number of processes (P1). */
  redeem(redeem: RedeemLink): Promise<RedeemLinkOutcome>
}

export interface MintLink {
  readonly linkId: string
  readonly outboxId: string
  readonly leaseId: string
  readonly tokenHash: TokenHash
  readonly codeHash: CodeHash
  readonly at: number
  readonly expiresAt: number
}

export interface LinkView extends LinkState {
  readonly linkId: string
  readonly address: Address
  readonly flowHash: FlowHash
  readonly next: string | null
  readonly device: string
  readonly ip: string | null
  readonly requestedAt: number
  readonly prefetchedAt: number | null
  readonly matchTriesLeft: number
}

interface Redeem {
  /** Null where it is off. */
  readonly limit: LimitTake | null
  readonly client: Client
  readonly at: number
  /** The session to start if all is well. */
  readonly session: NewSession
  /** The id of the user to create if the address has none. */
  readonly newUserId: string
  /** The session that this browser holds already: it ends as the new one begins (ASVS 7.2.4). */
  readonly replaces: SessionTokenHash | null
}

export interface RedeemLink extends Redeem {
  readonly tokenHash: TokenHash
  readonly flowHash: FlowHash | null
  /** What was typed in a browser without the flow. */
  readonly matchNumber: number | null
}

export interface RedeemCode extends Redeem {
  readonly flowHash: FlowHash
  /** One for each server secret: the first one made it, unless secrets were rotated since. */
  readonly codeHashes: readonly CodeHash[]
}

export interface Redeemed {
  readonly status: "redeemed"
  readonly user: User
  readonly session: Session
  readonly next: string | null
  readonly isNewUser: boolean
}

export type RedeemLinkOutcome =
  | Redeemed
  | RateLimited
  | { readonly status: "used" | "expired" | "superseded"; readonly address: Address; readonly next: string | null }
  | { readonly status: "unknown" }
  /** Not burnt. `triesLeft` counts what is left of the match number's tries; 0: it works only where it was asked for. */
  | { readonly status: "wrong_browser"; readonly triesLeft: number; readonly wasTried: boolean }
  | { readonly status: "refused" }

export interface CodeStore {
  /**
   * Uses a code up. A wrong code costs a try of the request, sent or withheld alike, so that nothing tells them apart
   * (P4); only the right code learns that it is expired or used.
   */
  redeem(redeem: RedeemCode): Promise<RedeemCodeOutcome>
}

export type RedeemCodeOutcome =
  | Redeemed
  | RateLimited
  | { readonly status: "wrong_code"; readonly triesLeft: number }
  | { readonly status: "used" | "expired" | "superseded" }
  /** The browser holds no flow that is waiting for a code. */
  | { readonly status: "unknown" }
  | { readonly status: "refused" }

// ── Sessions, users, ways in ────────────────────────────────────────────────────────────────────────────────────────

export interface SessionStore {
  /** The session that a token stands for, and its user; null when it ended in any way or never was. Touches `lastSeenAt` at most every `touchEvery` ms. */
  check(check: CheckSession): Promise<SignedIn | null>
  /** A user's live sessions, newest first. */
  list(list: { readonly userId: string; readonly at: number }): Promise<readonly Session[]>
  /** Everybody's live sessions, latest absolute end first: which is newest first, unless their length was changed since. */
  listAll(list: {
    /** The last one that is known already, or null to begin. */
    readonly after: Pick<Session, "id" | "expiresAt"> | null
    readonly max: number
    readonly at: number
  }): Promise<readonly SignedIn[]>
  /** A live session by its public id. */
  find(find: { readonly sessionId: string; readonly at: number }): Promise<SignedIn | null>
  /** Ends sessions of one user; the rows stay. With `all`, links still out die as well. Returns how many ended. */
  revoke(revoke: RevokeSessions): Promise<number>
}

export interface CheckSession {
  readonly tokenHash: SessionTokenHash
  readonly at: number
  readonly idleTtl: number
  readonly touchEvery: number
}

export interface SignedIn {
  readonly user: User
  readonly session: Session
}

export interface RevokeSessions {
  readonly userId: string
  /** A public session id, or every live one. */
  readonly sessionId: string | "all"
  readonly reason: RevokeReason
  /** Missing where the person did it. */
  readonly by?: Actor
  readonly client: Client
  readonly at: number
}

export interface UserStore {
  find(by: { readonly userId: string } | { readonly address: Address }): Promise<User | null>
  /** Users by address, in the order of its bytes, which are ASCII. */
  list(list: ListUsers): Promise<readonly User[]>
  /** Disabling ends every session and link of the user at once (P10). `unchanged`: it was so already. */
  setDisabled(change: SetDisabled): Promise<SetDisabledOutcome>
}

export interface ProviderStore {
  record(use: {
    readonly userId: string
    readonly provider: string
    readonly client: Client
    readonly at: number
  }): Promise<"recorded" | "unknown_user">
  /** A user's ways in, most recently used first. */
  list(userId: string): Promise<readonly ProviderUse[]>
}

// ── Limits ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface LimitStore {
  /** Admits at most `max` in any window, exactly, over processes and parallel calls (P8). The first refusal in a window writes `rate_limited`. */
  take(take: {
    readonly limit: LimitTake
    readonly address: Address | null
    readonly client: Client
    readonly at: number
  }): Promise<LimitOutcome>
}

// ── Mail that is owed ───────────────────────────────────────────────────────────────────────────────────────────────

export interface OutboxStore {
  /**
   * Leases up to `max` due rows until `leaseUntil`; no two callers hold one row at a time. No row is given up later than
   * `latestDeadline`, and one that is due after it was put off by a clock that is ahead of ours: it is due at once if
   * nobody holds it, and at `leaseUntil` if somebody may.
   */
  claim(claim: ClaimOutbox): Promise<readonly OutboxItem[]>
  /** Says what became of a row, with its event. `lease_lost`: somebody else holds it now; nothing was written. */
  settle(settle: SettleOutbox): Promise<"settled" | "lease_lost">
  /**
   * Calls back when another process may have written a row: a hint that may be lost, and one that a store need not give. Returns a
   * function that stops it.
   */
  onOwed(listener: () => void): () => void
  /** How many rows wait, and since when the oldest does. */
  backlog(): Promise<{ readonly queued: number; readonly oldestAt: number | null }>
}

export interface ClaimOutbox {
  readonly leaseId: string
  readonly leaseUntil: number
  readonly max: number
  readonly at: number
  /** One whole life of a link from now. */
  readonly latestDeadline: number
}

export interface OutboxItem {
  readonly outboxId: string
  readonly requestId: string
  readonly address: Address
  readonly flowHash: FlowHash
  readonly locale: string
  readonly device: string
  readonly client: Client
  readonly requestedAt: number
  readonly deadline: number
  /** 1 for the first. */
  readonly attempt: number
  /** The address limit was spent when it was asked for. */
  readonly isOverLimit: boolean
  /** Somebody signed in with this address after it was asked for. */
  readonly isClosed: boolean
  readonly user: User | null
}

export interface SettleOutbox {
  readonly outboxId: string
  readonly leaseId: string
  readonly at: number
  readonly result: /** Older links of the flow die with it. */
    | { readonly status: "sent"; readonly detail: EventDetail["link_sent"] }
    | { readonly status: "withheld"; readonly reason: WithheldReason }
    /** `retryAt` null: given up. */
    | { readonly status: "failed"; readonly retryAt: number | null; readonly detail: EventDetail["send_failed"] }
    /** Handed back untried, for another worker. */
    | { readonly status: "released" }
}
