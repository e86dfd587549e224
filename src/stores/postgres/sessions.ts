import { isNotedSoon } from "../../core/sessions/is-noted-soon.ts"
import type { CheckSession, SessionStore, SignedIn } from "../../core/store.ts"
import type { Database } from "./database.ts"
import type { Decisions } from "./decisions.ts"
import { type SessionRow, toSession, toSignedIn, type UserRow } from "./people.ts"
import { SharedCall } from "./shared-call.ts"
import { createLateWriter } from "./writer.ts"

const LIVE = "s.revoked_at is null and s.idle_expires_at > $1 and s.expires_at > $1"
const SIGNED_IN = `
  select json_build_array({s}.user_json(u), {s}.session_json(s))::text as result
  from {s}.sessions s join {s}.users u on u.user_id = s.user_id where ${LIVE}`
const LIST = `
  select {s}.session_json(s)::text as result from {s}.sessions s
  where s.user_id = $2 and ${LIVE} order by s.created_at desc, s.session_id desc`
const LIST_ALL = `
  ${SIGNED_IN} and (s.expires_at, s.session_id) < ($2, $3) order by s.expires_at desc, s.session_id desc limit $4`
const FIND = `${SIGNED_IN} and s.session_id = $2`

const END = { expiresAt: Number.MAX_SAFE_INTEGER, id: "" }

export function createSessions(database: Database, decisions: Decisions): SessionStore {
  const readTogether = new SharedCall<CheckSession, readonly [UserRow, SessionRow] | null>(async (checks) => {
    const input = JSON.stringify(checks.map(({ tokenHash, at }) => ({ token_hash: tokenHash, at })))
    return (await database.look("check_sessions", [input])) as readonly ([UserRow, SessionRow] | null)[]
  })
  const touch = decisions.together({
    name: "touch_sessions",
    encode: ({ tokenHash, at, idleTtl }: CheckSession) => ({
      token_hash: tokenHash,
      at,
      idle_expires_at: at + idleTtl,
    }),
    keysOf: ({ tokenHash }) => [tokenHash],
    decode: (_, checks) => checks.map(() => null),
  })
  return {
    async check(check): Promise<SignedIn | null> {
      const row = await readTogether.decide(check)
      if (row === null) return null
      const signedIn = toSignedIn(row)
      const { session } = signedIn
      const { at, idleTtl, touchEvery } = check
      if (at - session.lastSeenAt < touchEvery) return signedIn
      if (!(await isNotedSoon(touch(check)))) return signedIn
      const idleExpiresAt = Math.min(at + idleTtl, session.expiresAt)
      return { ...signedIn, session: { ...session, lastSeenAt: at, idleExpiresAt } }
    },
    list: async ({ userId, at }) => (await database.ask(LIST, [at, userId])).map((row) => toSession(row as SessionRow)),
    async listAll({ after, max, at }) {
      const { expiresAt, id } = after ?? END
      const rows = await database.ask(LIST_ALL, [at, expiresAt, id, max])
      return rows.map((row) => toSignedIn(row as [UserRow, SessionRow]))
    },
    async find({ sessionId, at }) {
      const [row] = await database.ask(FIND, [at, sessionId])
      return row === undefined ? null : toSignedIn(row as [UserRow, SessionRow])
    },
    async revoke({ userId, sessionId, reason, by, client, at }) {
      const { outcome } = await decisions.alone("revoke_sessions", {
        user_id: userId,
        session_id: sessionId === "all" ? null : sessionId,
        reason,
        actor: by ?? null,
        at,
        writer: createLateWriter(client),
      })
      return outcome as number
    },
  }
}
