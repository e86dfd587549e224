import { hash } from "node:crypto"
import { DatabaseSync } from "node:sqlite"
import { uuidv7 } from "../../src/core/ids.ts"
import { createFlow, type Flow, hashFlow } from "../../src/core/links/flow.ts"
import { createToken, hashToken, type Token } from "../../src/core/links/token.ts"
import { systemRandom } from "../../src/core/random.ts"
import { createSessionToken, hashSessionToken, type SessionToken } from "../../src/core/sessions/session-token.ts"
import { signValue } from "../../src/http/signed-value.ts"
import { sqlite } from "../../src/sqlite.ts"

export const origin = "http://127.0.0.1"
export const secret = "a-secret-for-the-bench-that-is-long-enough"

export interface Pending {
  readonly token: Token
  readonly flow: Flow
  readonly sessionCookie: string
}

const TTL = 3_600_000

/** A Linklatch database with `count` users, each with a pending link and a live session; written straight into the tables. */
export async function seedLinklatch(path: string, count: number): Promise<readonly Pending[]> {
  await sqlite(path).close()
  const database = new DatabaseSync(path)
  database.exec("begin")
  const user = database.prepare(
    "insert into users (user_id, address, display_name, created_at) values (?, ?, 'Bench', ?)",
  )
  const request = database.prepare(`insert into sign_in_requests
    (request_id, address, flow_hash, match_number, locale, device, requested_at, code_tries) values (?, ?, ?, 42, 'en', 'a browser', ?, 0)`)
  const link = database.prepare(`insert into magic_link_tokens
    (token_hash, link_id, request_id, flow_hash, address, code_hash, minted_at, expires_at) values (?, ?, ?, ?, ?, '', ?, ?)`)
  const session = database.prepare(`insert into sessions (token_hash, session_id, user_id, created_at, last_seen_at,
    idle_expires_at, expires_at, provider, proven_at, device) values (?, ?, ?, ?, ?, ?, ?, 'magic_link', ?, 'a browser')`)
  const begun = Date.now()
  const pending = Array.from({ length: count }, (_, index) => {
    // A millisecond apart, as if they had come in over time: ids sort by time, and indexes keep their locality.
    const at = begun - count + index
    const [token, flow, sessionToken] = [
      createToken(systemRandom),
      createFlow(systemRandom, at),
      createSessionToken(systemRandom, at),
    ]
    const [userId, requestId, email] = [uuidv7(at, systemRandom), uuidv7(at, systemRandom), `user${index}@example.com`]
    user.run(userId, email, at)
    request.run(requestId, email, hashFlow(flow), at)
    link.run(hashToken(token), uuidv7(at, systemRandom), requestId, hashFlow(flow), email, begun, begun + TTL)
    session.run(
      hashSessionToken(sessionToken),
      uuidv7(at, systemRandom),
      userId,
      begun,
      begun,
      begun + TTL,
      begun + TTL,
      begun,
    )
    return { token, flow, sessionCookie: cookieOf(sessionToken) }
  })
  database.exec("commit")
  database.close()
  return pending
}

/** The same for the hand-written site: its tokens and sessions, by hash. */
export function seedHandWritten(path: string, pending: readonly Pending[]): void {
  const database = new DatabaseSync(path)
  database.exec(`create table tokens (hash text primary key, email text, expires_at integer, used_at integer) strict;
    create table sessions (hash text primary key, email text, expires_at integer) strict; begin`)
  const token = database.prepare("insert into tokens (hash, email, expires_at) values (?, ?, ?)")
  const session = database.prepare("insert into sessions (hash, email, expires_at) values (?, ?, ?)")
  for (const [index, one] of pending.entries()) {
    token.run(hash("sha256", one.token, "base64url"), `user${index}@example.com`, Date.now() + TTL)
    session.run(hash("sha256", one.token, "base64url"), `user${index}@example.com`, Date.now() + TTL)
  }
  database.exec("commit")
  database.close()
}

function cookieOf(sessionToken: SessionToken): string {
  return `linklatch_session=${signValue(sessionToken, "linklatch session", [secret])}`
}
