import type { DatabaseSync } from "node:sqlite"
import type { Address } from "../../core/addresses/canonical-address.ts"
import type { Client, ConsumeFailure } from "../../core/audit/event.ts"
import type { LinkState } from "../../core/links/dead-reason.ts"
import type { FlowHash } from "../../core/links/flow.ts"
import { type NewSession, type Session, startedSession } from "../../core/sessions/session.ts"
import type { SessionTokenHash } from "../../core/sessions/session-token.ts"
import type { Redeemed } from "../../core/store.ts"
import { displayNameFrom } from "../../core/users/display-name.ts"
import type { User } from "../../core/users/user.ts"
import type { Journal } from "./journal.ts"
import type { CountProvider } from "./providers.ts"
import type { EndSessions } from "./sessions.ts"
import type { CloseRequests } from "./users.ts"

const CONSUME = "update magic_link_tokens set consumed_at = ? where token_hash = ?"
const CLOSE_FLOW = "update sign_in_requests set closed_at = ? where flow_hash = ? and closed_at is null"
const INSERT_USER = "insert into users (user_id, address, display_name, created_at) values (?, ?, ?, ?)"
const INSERT_SESSION = `
  insert into sessions (token_hash, session_id, user_id, created_at, last_seen_at, idle_expires_at, expires_at, provider,
    proven_at, device, ip, user_agent) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** A row of `magic_link_tokens`, with where its request wants to go, and the user whom it is for. */
export interface LinkRow {
  readonly link_id: string
  readonly token_hash: string
  readonly request_id: string
  readonly flow_hash: FlowHash
  readonly address: Address
  readonly code_hash: string
  readonly expires_at: number
  readonly consumed_at: number | null
  readonly superseded_at: number | null
  readonly match_tries: number
  readonly next: string | null
  readonly request_seq: number
  /** Null, as the four after it, while nobody has signed in with this address. */
  readonly user_id: string | null
  readonly display_name: string | null
  readonly user_created_at: number | null
  readonly closed_through: number | null
  readonly disabled_at: number | null
}

export interface Redemption {
  readonly by: "magic_link" | "email_code"
  readonly session: NewSession
  readonly newUserId: string
  readonly replaces: SessionTokenHash | null
  readonly client: Client
  readonly at: number
}

/** The half of redeeming that a link and a code share: from a live row to a session. */
export type CompleteRedeem = (link: LinkRow, redemption: Redemption, journal: Journal) => Redeemed

export function linkState(link: LinkRow): LinkState {
  return {
    consumedAt: link.consumed_at,
    isRefused: link.disabled_at !== null,
    isSuperseded: link.superseded_at !== null || link.request_seq <= (link.closed_through ?? 0),
    expiresAt: link.expires_at,
  }
}

export function writeConsumeFailed(
  journal: Journal,
  by: Redemption["by"],
  reason: ConsumeFailure | "refused",
  link: LinkRow | null,
): void {
  const detail = { by, reason: reason === "refused" ? "disabled" : reason, linkId: link?.link_id ?? null } as const
  journal.write({ type: "consume_failed", detail }, null)
}

export function createCompleteRedeem(
  database: DatabaseSync,
  countProvider: CountProvider,
  endSessions: EndSessions,
  closeRequests: CloseRequests,
): CompleteRedeem {
  const consume = database.prepare(CONSUME)
  const closeFlow = database.prepare(CLOSE_FLOW)
  const insertUser = database.prepare(INSERT_USER)
  const insertSession = database.prepare(INSERT_SESSION)

  function createUser(address: Address, { newUserId, at }: Redemption, journal: Journal): User {
    const displayName = displayNameFrom(address)
    insertUser.run(newUserId, address, displayName, at)
    journal.write({ type: "user_created", detail: {} }, newUserId)
    return { id: newUserId, email: address, displayName, createdAt: at, disabledAt: null }
  }

  function startSession(userId: string, { by, session, client, at }: Redemption): Session {
    const { id, tokenHash, idleExpiresAt, expiresAt, device } = session
    const { ip, userAgent } = client
    insertSession.run(tokenHash, id, userId, at, at, idleExpiresAt, expiresAt, by, at, device, ip, userAgent)
    return startedSession(session, { userId, provider: by, at, ip })
  }

  return (link, redemption, journal) => {
    const { by, at, replaces } = redemption
    consume.run(at, link.token_hash)
    closeFlow.run(at, link.flow_hash)
    const existing = userOf(link)
    const user = existing ?? createUser(link.address, redemption, journal)
    closeRequests(user.id)
    journal.write({ type: "link_consumed", detail: { requestId: link.request_id, linkId: link.link_id, by } }, user.id)
    journal.write({ type: "provider_used", detail: { provider: by, isFirst: countProvider(user.id, by, at) } }, user.id)
    if (replaces !== null) endSessions({ tokenHash: replaces }, "replaced", at, journal)
    const session = startSession(user.id, redemption)
    journal.write({ type: "session_created", detail: { sessionId: session.id, provider: by } }, user.id)
    return { status: "redeemed", user, session, next: link.next, isNewUser: existing === null }
  }
}

function userOf({ address, ...link }: LinkRow): User | null {
  if (link.user_id === null) return null
  return {
    id: link.user_id,
    email: address,
    displayName: link.display_name ?? "",
    createdAt: link.user_created_at ?? 0,
    disabledAt: link.disabled_at,
  }
}
