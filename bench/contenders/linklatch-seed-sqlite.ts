import { DatabaseSync } from "node:sqlite"
import { uuidv7 } from "../../src/core/ids.ts"
import { hashFlow } from "../../src/core/links/flow.ts"
import { hashToken } from "../../src/core/links/token.ts"
import { systemRandom as random } from "../../src/core/random.ts"
import { hashSessionToken } from "../../src/core/sessions/session-token.ts"
import type { Seeded, SeedPlan } from "./contender.ts"
import { cameAt, justNow, type SeededSecrets, secretsOf, toSeeded } from "./linklatch-secrets.ts"
import { isInSample } from "./sample.ts"
import { writeInBatches } from "./seed-sqlite.ts"

/** Writes straight into the tables: an account each, and where wanted its request, sent mail, link and session. */
export async function seedSqlite(plan: SeedPlan): Promise<readonly Seeded[]> {
  const { database: path, people, areSignedIn, sample } = plan
  const database = new DatabaseSync(path, { timeout: 5_000 })
  const user = database.prepare(
    "insert into users (user_id, address, display_name, created_at) values (?, ?, 'Bench', ?)",
  )
  const writeSignIn = signInWriter(database, plan)
  const seeded: Seeded[] = []
  await writeInBatches(database, people, (index) => {
    const at = cameAt(index, plan)
    const userId = uuidv7(at, random)
    const email = `user${index}@example.com`
    user.run(userId, email, at)
    if (!areSignedIn) return
    const secrets = secretsOf(index, at)
    writeSignIn(userId, email, at, secrets)
    if (isInSample(index, people, sample)) seeded.push(toSeeded(index, secrets))
  })
  database.close()
  return seeded
}

function signInWriter(database: DatabaseSync, { begun, pace = justNow }: SeedPlan) {
  const request = database.prepare(`insert into sign_in_requests
    (request_id, address, flow_hash, match_number, locale, device, requested_at, code_tries) values (?, ?, ?, 42, 'en', 'a browser', ?, 0)`)
  const mail = database.prepare(`insert into outbox
    (outbox_id, request_id, state, is_over_limit, attempts, due_at, deadline, settled_at) values (?, ?, 'sent', 0, 1, ?, ?, ?)`)
  const link = database.prepare(`insert into magic_link_tokens
    (token_hash, link_id, request_id, flow_hash, address, code_hash, minted_at, expires_at) values (?, ?, ?, ?, ?, '', ?, ?)`)
  const session = database.prepare(`insert into sessions (token_hash, session_id, user_id, created_at, last_seen_at,
    idle_expires_at, expires_at, provider, proven_at, device) values (?, ?, ?, ?, ?, ?, ?, 'magic_link', ?, 'a browser')`)

  return (userId: string, email: string, at: number, { token, flow, sessionToken }: SeededSecrets) => {
    const [requestId, flowHash] = [uuidv7(at, random), hashFlow(flow)]
    const [linkUntil, sessionUntil] = [at + pace.linkLasts, at + pace.sessionLasts]
    request.run(requestId, email, flowHash, at)
    mail.run(uuidv7(at, random), requestId, at, linkUntil, at)
    link.run(hashToken(token), uuidv7(at, random), requestId, flowHash, email, at, linkUntil)
    const seenAt = Math.min(begun, sessionUntil)
    session.run(hashSessionToken(sessionToken), uuidv7(at, random), userId, at, seenAt, sessionUntil, sessionUntil, at)
  }
}
