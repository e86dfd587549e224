import { DatabaseSync } from "node:sqlite"
import { uuidv7 } from "../../src/core/ids.ts"
import { createFlow, hashFlow } from "../../src/core/links/flow.ts"
import { createToken, hashToken } from "../../src/core/links/token.ts"
import { systemRandom as random } from "../../src/core/random.ts"
import { createSessionToken, hashSessionToken } from "../../src/core/sessions/session-token.ts"
import { signValue } from "../../src/http/signed-value.ts"
import { expectReply, get, keepCookies, post } from "../request.ts"
import { origin, secret } from "../sites/settings.ts"
import type { Contender, Journey, Seeded, SeedPlan } from "./contender.ts"
import { isInSample, writeInBatches } from "./seed-tables.ts"

const HOUR = 3_600_000
const COOKIE = "__Host-linklatch"

const journey: Journey = {
  ask: ({ email, ip }) => post("/auth/sign-in", new URLSearchParams({ email }), { ip, cookies: "" }),
  asked(reply) {
    expectReply(reply, 303, /location: \/auth\/check-mail/i)
    return keepCookies(reply)
  },
  redeem(link, cookies, ip) {
    const token = link.slice(link.lastIndexOf("/") + 1)
    return post("/auth/link", new URLSearchParams({ token }), { ip, cookies })
  },
  redeemed(reply) {
    expectReply(reply, 303, `${COOKIE}_session=`)
    return keepCookies(reply)
  },
  check: (cookies) => get("/session", { ip: "10.0.0.1", cookies }),
  checked: (reply) => expectReply(reply, 200, "\r\n\r\nsomebody"),
  endpoint: {
    check: (cookies) => get("/auth/api/session", { ip: "10.0.0.1", cookies }),
    checked: (reply) => expectReply(reply, 200, '{"user":{"id"'),
  },
}

/** Linklatch as one process that answers and sends, without limits, as the others have none. */
export const linklatch: Contender = {
  name: "Linklatch",
  program: new URL("../sites/linklatch.ts", import.meta.url),
  args: [],
  measures: ["ask", "link", "redeem", "check", "endpoint"],
  notes:
    "`mount` on node:http, node:sqlite, all `limits: false`. Mail: a transport that keeps the link. A check is `auth.session`; the endpoint is `/auth/api/session`",
  journey: async () => journey,
  seed,
  counts: {
    asked: "select count(*) from sign_in_requests",
    sessions: "select count(*) from sessions",
    people: "select count(*) from users",
    owed: "select count(*) from outbox where state = 'queued'",
  },
}

/** As people run it. */
export const linklatchLimited: Contender = {
  ...linklatch,
  name: "Linklatch, limits on",
  args: ["limits"],
  measures: ["ask", "link", "redeem"],
  notes:
    "the same with its limits: each request takes all of them, and comes from an address of its own, so that none is spent",
}

/** The process that only answers. */
export const linklatchAnswering: Contender = {
  ...linklatch,
  name: "Linklatch, sending elsewhere",
  args: ["no-worker"],
  measures: ["ask"],
  notes: "`worker: false`, no limits: another process would make the links and send them, and none runs here",
}

/** Writes straight into the tables: an account each, and where wanted its request, sent mail, link and session. */
async function seed({ path, people, areSignedIn, sample }: SeedPlan): Promise<readonly Seeded[]> {
  const database = new DatabaseSync(path, { timeout: 5_000 })
  const user = database.prepare(
    "insert into users (user_id, address, display_name, created_at) values (?, ?, 'Bench', ?)",
  )
  const writeSignIn = signInWriter(database)
  const seeded: Seeded[] = []
  const begun = Date.now()
  await writeInBatches(database, people, (index) => {
    // A millisecond apart, as if they had come in over time: ids sort by time, and indexes keep their locality.
    const at = begun - people + index
    const userId = uuidv7(at, random)
    const email = `user${index}@example.com`
    user.run(userId, email, at)
    if (!areSignedIn) return
    const secrets = writeSignIn(userId, email, at, begun + HOUR)
    if (isInSample(index, people, sample)) seeded.push(secrets())
  })
  database.close()
  return seeded
}

function signInWriter(database: DatabaseSync) {
  const request = database.prepare(`insert into sign_in_requests
    (request_id, address, flow_hash, match_number, locale, device, requested_at, code_tries) values (?, ?, ?, 42, 'en', 'a browser', ?, 0)`)
  const mail = database.prepare(`insert into outbox
    (outbox_id, request_id, state, is_over_limit, attempts, due_at, deadline, settled_at) values (?, ?, 'sent', 0, 1, ?, ?, ?)`)
  const link = database.prepare(`insert into magic_link_tokens
    (token_hash, link_id, request_id, flow_hash, address, code_hash, minted_at, expires_at) values (?, ?, ?, ?, ?, '', ?, ?)`)
  const session = database.prepare(`insert into sessions (token_hash, session_id, user_id, created_at, last_seen_at,
    idle_expires_at, expires_at, provider, proven_at, device) values (?, ?, ?, ?, ?, ?, ?, 'magic_link', ?, 'a browser')`)

  return (userId: string, email: string, at: number, until: number): (() => Seeded) => {
    const [token, flow, sessionToken] = [createToken(random), createFlow(random, at), createSessionToken(random, at)]
    const [requestId, flowHash, now] = [uuidv7(at, random), hashFlow(flow), until - HOUR]
    request.run(requestId, email, flowHash, at)
    mail.run(uuidv7(at, random), requestId, at, at + HOUR, at)
    link.run(hashToken(token), uuidv7(at, random), requestId, flowHash, email, at, until)
    session.run(hashSessionToken(sessionToken), uuidv7(at, random), userId, now, now, until, until, now)
    const signed = signValue(sessionToken, "linklatch session", [secret])
    return () => ({
      email,
      link: `${origin}/auth/link/${token}`,
      askCookies: `${COOKIE}_flow=${flow}`,
      sessionCookies: `${COOKIE}_session=${signed}`,
    })
  }
}
