import type { DatabaseSync } from "node:sqlite"
import type { Address } from "../../core/addresses/canonical-address.ts"
import type { Actor, RevokeReason } from "../../core/audit/event.ts"
import { isNotedSoon } from "../../core/sessions/is-noted-soon.ts"
import type { Session } from "../../core/sessions/session.ts"
import type { SessionTokenHash } from "../../core/sessions/session-token.ts"
import type { SessionStore, SignedIn } from "../../core/store.ts"
import type { Journal, OpenJournal } from "./journal.ts"
import type { SharedCommit } from "./shared-commit.ts"
import { type CloseRequests, toUser, type UserRow } from "./users.ts"

export const SESSION_COLUMNS = `
  s.session_id, s.user_id, s.created_at as session_created_at, s.last_seen_at, s.idle_expires_at, s.expires_at,
  s.provider, s.proven_at, s.device, s.ip`
export const LIVE = "s.revoked_at is null and s.idle_expires_at > ? and s.expires_at > ?"
const CHECK = `
  select ${SESSION_COLUMNS}, u.address, u.display_name, u.created_at, u.disabled_at
  from sessions s join users u on u.user_id = s.user_id
  where s.token_hash = ? and ${LIVE} and u.disabled_at is null`
const LIST = `
  select ${SESSION_COLUMNS} from sessions s where s.user_id = ? and ${LIVE} order by s.created_at desc, s.session_id desc`
const TOUCH = `
  update sessions set last_seen_at = ?, idle_expires_at = min(?, expires_at)
  where token_hash = ? and revoked_at is null and last_seen_at < ?`
const REVOKE = `
  update sessions set revoked_at = ?, revoked_reason = ?
  where revoked_at is null and idle_expires_at > ? and expires_at > ?`
const REVOKE_BY = {
  token: `${REVOKE} and token_hash = ? returning session_id, user_id`,
  id: `${REVOKE} and user_id = ? and session_id = ? returning session_id, user_id`,
  user: `${REVOKE} and user_id = ? returning session_id, user_id`,
} as const

export interface SessionRow {
  readonly session_id: string
  readonly user_id: string
  readonly session_created_at: number
  readonly last_seen_at: number
  readonly idle_expires_at: number
  readonly expires_at: number
  readonly provider: string
  readonly proven_at: number
  readonly device: string
  readonly ip: string | null
}

export type SessionsToEnd =
  | { readonly tokenHash: SessionTokenHash }
  | { readonly userId: string; readonly sessionId: string }
  | { readonly userId: string; readonly sessionId: "all" }

/** Ends sessions inside a decision, with an event for each; the rows stay. Returns how many ended. */
export type EndSessions = (
  which: SessionsToEnd,
  reason: RevokeReason,
  at: number,
  journal: Journal,
  by?: Actor,
) => number

export function createEndSessions(database: DatabaseSync): EndSessions {
  const byToken = database.prepare(REVOKE_BY.token)
  const byId = database.prepare(REVOKE_BY.id)
  const byUser = database.prepare(REVOKE_BY.user)
  return (which, reason, at, journal, by) => {
    const ended = ("tokenHash" in which
      ? byToken.all(at, reason, at, at, which.tokenHash)
      : which.sessionId === "all"
        ? byUser.all(at, reason, at, at, which.userId)
        : byId.all(at, reason, at, at, which.userId, which.sessionId)) as unknown as readonly {
      session_id: string
      user_id: string
    }[]
    for (const { session_id: sessionId, user_id: userId } of ended) {
      journal.write({ type: "session_revoked", detail: { sessionId, reason, ...(by !== undefined && { by }) } }, userId)
    }
    return ended.length
  }
}

export function createSessions(
  database: DatabaseSync,
  commits: SharedCommit,
  openJournal: OpenJournal,
  endSessions: EndSessions,
  closeRequests: CloseRequests,
): Omit<SessionStore, "listAll" | "find"> {
  const check = database.prepare(CHECK)
  const list = database.prepare(LIST)
  const touch = database.prepare(TOUCH)
  const addressOf = database.prepare("select address from users where user_id = ?")
  return {
    async check({ tokenHash, at, idleTtl, touchEvery }): Promise<SignedIn | null> {
      const row = await commits.read(() => check.get(tokenHash, at, at) as (SessionRow & UserRow) | undefined)
      if (row === undefined) return null
      const signedIn = { user: toUser(row), session: toSession(row) }
      if (at - row.last_seen_at < touchEvery) return signedIn
      const idleExpiresAt = Math.min(at + idleTtl, row.expires_at)
      const touching = commits.decide(() => touch.run(at, idleExpiresAt, tokenHash, at))
      if (!(await isNotedSoon(touching))) return signedIn
      return { ...signedIn, session: { ...signedIn.session, lastSeenAt: at, idleExpiresAt } }
    },
    list: ({ userId, at }) =>
      commits.read(() => (list.all(userId, at, at) as unknown as readonly SessionRow[]).map(toSession)),
    revoke: ({ userId, sessionId, reason, by, client, at }) =>
      commits.decide((transaction) => {
        const { address = null } = (addressOf.get(userId) ?? {}) as { address?: Address }
        const journal = openJournal(transaction, { at, client, address })
        if (sessionId === "all" && address !== null) {
          // Whoever signs out everywhere wants nobody to come in by a mail that is out already (TOK-10).
          closeRequests(userId)
          journal.write({ type: "links_revoked", detail: by === undefined ? {} : { by } }, userId)
        }
        return endSessions({ userId, sessionId }, reason, at, journal, by)
      }),
  }
}

export function toSession(row: SessionRow): Session {
  return {
    id: row.session_id,
    userId: row.user_id,
    createdAt: row.session_created_at,
    lastSeenAt: row.last_seen_at,
    idleExpiresAt: row.idle_expires_at,
    expiresAt: row.expires_at,
    provider: row.provider,
    provenAt: row.proven_at,
    device: row.device,
    ip: row.ip,
  }
}
