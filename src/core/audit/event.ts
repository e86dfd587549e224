import type { Address } from "../addresses/canonical-address.ts"

/** Why a mail was not sent by policy. */
export type WithheldReason = "not_allowed" | "disabled" | "rate_limited" | "already_signed_in"
/** Why a link or a code signed nobody in. */
export type ConsumeFailure = "used" | "expired" | "superseded" | "unknown" | "wrong_browser" | "wrong_code" | "disabled"
/** Why a session ended before its time. */
export type RevokeReason =
  | "signed_out"
  | "signed_out_elsewhere"
  | "signed_out_everywhere"
  | "replaced"
  | "user_disabled"
  | "ended_by_admin"
  | "user_erased"
/** Who acted on somebody's account, where it wasn't that person: the application's own code, or a command. */
export type Actor = "application" | "cli"
/** Names of the built-in limits. */
export type LimitName = "ask_client" | "ask_address" | "ask_browser" | "redeem_client"

/**
 * What each event says beyond who, when and where. Flat, typed and free of personal data and secrets: a leaf of the log
 * is for ever. `…Id` are public ids.
 */
export type EventDetail = {
  /** Somebody asked for a link. Nobody knows yet whether they will get one. */
  link_requested: { readonly requestId: string }
  /** The transport took the message: its link and code live from now on. */
  link_sent: {
    readonly requestId: string
    readonly linkId: string
    readonly attempt: number
    readonly transport: string
  }
  /** Policy decided not to send the mail; whoever asked saw the same answer as ever. */
  link_withheld: { readonly requestId: string; readonly reason: WithheldReason }
  /** The transport did not take the message. */
  send_failed: {
    readonly requestId: string
    readonly attempt: number
    readonly transport: string
    /** `later`: it will be tried again. `given_up`: it won't. */
    readonly next: "later" | "given_up"
    readonly reason: string
  }
  /** Somebody other than the browser that asked fetched a live link for the first time: a scanner, a preview, a phone. */
  link_prefetched: { readonly linkId: string }
  /** A link or a code was used up, and signed somebody in. */
  link_consumed: { readonly requestId: string; readonly linkId: string; readonly by: "magic_link" | "email_code" }
  /** A link was pressed, or a code typed, and signed nobody in. */
  consume_failed: {
    readonly by: "magic_link" | "email_code"
    readonly reason: ConsumeFailure
    readonly linkId: string | null
  }
  /** An address signed in for the first time. */
  user_created: Record<never, never>
  /** A user came in this way; `isFirst` tells the first time. */
  provider_used: { readonly provider: string; readonly isFirst: boolean }
  /** A browser is signed in. */
  session_created: { readonly sessionId: string; readonly provider: string }
  /** A session ended before its time; `by` is missing where the person did it. One that runs out writes nothing. */
  session_revoked: { readonly sessionId: string; readonly reason: RevokeReason; readonly by?: Actor }
  /** The first refusal of a key in a window says `count: 1` at once; the rest follow as one event when it ends. */
  rate_limited: { readonly limit: LimitName; readonly count: number; readonly windowSeconds: number }
  /** Signed out everywhere: links and codes still out are dead too. */
  links_revoked: { readonly by?: Actor }
  /** The user can't sign in any more, and all sessions and links of theirs have ended. */
  user_disabled: { readonly by: Actor }
  /** The user may sign in again. Sessions that were ended stay so. */
  user_enabled: { readonly by: Actor }
  /** All personal data of the person is gone, the user too if there was one. Nothing here says who it was: `userId` names nobody any more. */
  user_erased: { readonly by: Actor }
  /** What an administrator did to the log itself: `audit_pruned` deleted the events below index `minIndex`, with their personal data. */
  admin_action: { readonly action: "audit_pruned"; readonly minIndex: number; readonly by: Actor }
  /** A key signed the log for the first time under this name: `key` is what verifies it (C2SP vkey), `size` how many events were sealed. */
  checkpoint_signed: { readonly origin: string; readonly key: string; readonly size: number }
}

export type EventType = keyof EventDetail
/** An application's own event: a name with a dot in it, like `shop.order_placed`. */
export type ApplicationEventType = `${string}.${string}`
export type ApplicationDetail = Readonly<Record<string, string | number | boolean | null>>

/** Who was at the other end: personal data, kept beside the log and never in it. */
export interface Client {
  /** Canonical text of the client's address, or null where there is none. */
  readonly ip: string | null
  readonly userAgent: string | null
}

export const nobody: Client = { ip: null, userAgent: null }

/** One row of the audit log, as it was committed. */
export type AuditEvent = {
  /** Position in the log of this database: rising, not dense. */
  readonly seq: number
  /** UUIDv7. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly userId: string | null
  /** HMAC-SHA-256 under the salt beside it of `{address, ip, userAgent}` as canonical JSON; null without personal data. */
  readonly commitment: string | null
  /** The personal data, or null where there was none or it was erased. */
  readonly person: EventPerson | null
} & EventBody

export type EventBody =
  | { [T in EventType]: { readonly type: T; readonly detail: EventDetail[T] } }[EventType]
  | { readonly type: ApplicationEventType; readonly detail: ApplicationDetail }

export interface EventPerson {
  readonly address: Address | null
  readonly ip: string | null
  readonly userAgent: string | null
}
