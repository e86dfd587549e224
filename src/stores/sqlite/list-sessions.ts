import type { DatabaseSync } from "node:sqlite"
import type { SessionStore, SignedIn } from "../../core/store.ts"
import { LIVE, SESSION_COLUMNS, type SessionRow, toSession } from "./sessions.ts"
import type { SharedCommit } from "./shared-commit.ts"
import { toUser, type UserRow } from "./users.ts"

const SIGNED_IN = `
  select ${SESSION_COLUMNS}, u.address, u.display_name, u.created_at, u.disabled_at
  from sessions s join users u on u.user_id = s.user_id where ${LIVE}`
const LIST_ALL = `
  ${SIGNED_IN} and (s.expires_at, s.session_id) < (?, ?) order by s.expires_at desc, s.session_id desc limit ?`
// The inner one reads nothing but the index of what may be live: 90 ms where that is a million sessions (bench:look-ups).
const FIND = `
  ${SIGNED_IN} and s.token_hash = (
    select token_hash from sessions where revoked_at is null and expires_at > ? and session_id = ?)`

const END = { expiresAt: Number.MAX_SAFE_INTEGER, id: "" }

/** Sessions as people look for them, who know no token: by public id, anybody's. */
export function createListSessions(
  database: DatabaseSync,
  commits: SharedCommit,
): Pick<SessionStore, "listAll" | "find"> {
  const listAll = database.prepare(LIST_ALL)
  const find = database.prepare(FIND)
  return {
    listAll: ({ after, max, at }) =>
      commits.read(() => {
        const { expiresAt, id } = after ?? END
        const rows = listAll.all(at, at, expiresAt, id, max)
        return (rows as unknown as readonly (SessionRow & UserRow)[]).map(toSignedIn)
      }),
    find: ({ sessionId, at }) =>
      commits.read(() => {
        const row = find.get(at, at, at, sessionId) as (SessionRow & UserRow) | undefined
        return row === undefined ? null : toSignedIn(row)
      }),
  }
}

function toSignedIn(row: SessionRow & UserRow): SignedIn {
  return { user: toUser(row), session: toSession(row) }
}
