import { hash, randomBytes, randomUUID } from "node:crypto"
import { DatabaseSync } from "node:sqlite"
import { expectReply, get, keepCookies, post } from "../request.ts"
import { origin, secret } from "../sites/settings.ts"
import type { Contender, Journey, Seeded, SeedPlan } from "./contender.ts"
import { isInSample, sampleOf } from "./sample.ts"
import { seedPostgres } from "./seed-postgres.ts"
import { writeInBatches } from "./seed-sqlite.ts"

const HOUR = 3_600_000
const COOKIE = "__Secure-authjs.session-token"

/** A browser gets a CSRF token with the sign-in page; this one keeps its token and asks again and again. */
async function journey(port: number): Promise<Journey> {
  const response = await fetch(`http://127.0.0.1:${port}/auth/csrf`)
  const text = response.headers
    .getSetCookie()
    .map((cookie) => `\r\nset-cookie: ${cookie}`)
    .join("")
  const browser = keepCookies({ status: response.status, text })
  const { csrfToken } = (await response.json()) as { csrfToken: string }
  const path = "/auth/signin/http-email"
  return {
    ask: ({ email, ip }) =>
      post(path, new URLSearchParams({ csrfToken, email, callbackUrl: "/" }), { ip, cookies: browser }),
    asked(reply) {
      expectReply(reply, 302, "/auth/verify-request?")
      return keepCookies(reply, browser)
    },
    redeem: (link, cookies, ip) => {
      const { pathname, search } = new URL(link)
      return get(pathname + search, { ip, cookies: cookies === "" ? browser : cookies })
    },
    redeemed(reply) {
      expectReply(reply, 302, `${COOKIE}=`)
      return keepCookies(reply)
    },
    check: (cookies) => get("/auth/session", { ip: "10.0.0.1", cookies }),
    checked: (reply) => expectReply(reply, 200, '{"user":{'),
    endpoint: {
      check: (cookies) => get("/auth/session", { ip: "10.0.0.1", cookies }),
      checked: (reply) => expectReply(reply, 200, '{"user":{'),
    },
  }
}

/** Auth.js with a provider of the type `email`. */
export const authJs: Contender = {
  name: "Auth.js",
  program: new URL("../peers/auth-js.ts", import.meta.url),
  args: [],
  measures: ["ask", "redeem", "check", "endpoint"],
  notes:
    "`Auth()` on @hono/node-server, Drizzle adapter on better-sqlite3, sessions in the database; an index on `session.userId` that its default tables lack, or each redeem would read all sessions. It has no limits. Mail: `sendVerificationRequest` keeps the link. A check is its endpoint too, `/auth/session`, a little faster than calling it in the process",
  journey,
  seed: seedSqlite,
  counts: {
    asked: "select count(*) from verificationToken",
    sessions: "select count(*) from session",
    people: "select count(*) from user",
  },
}

export const authJsPostgres: Contender = {
  ...authJs,
  notes:
    '`Auth()` on @hono/node-server, `@auth/pg-adapter` on a `pg` pool, sessions in the database; indexes on `sessions."sessionToken"` and `users.email` that the tables of its documentation lack. The rest as on SQLite: no limits, `sendVerificationRequest` keeps the link, a check is `/auth/session`',
  seed: seedTables,
  counts: {
    asked: "select count(*) from verification_token",
    sessions: "select count(*) from sessions",
    people: "select count(*) from users",
  },
}

async function seedSqlite({ database: path, people, areSignedIn, sample }: SeedPlan): Promise<readonly Seeded[]> {
  const database = new DatabaseSync(path, { timeout: 5_000 })
  const user = database.prepare("insert into user (id, name, email, emailVerified) values (?, 'Bench', ?, ?)")
  const link = database.prepare("insert into verificationToken (identifier, token, expires) values (?, ?, ?)")
  const session = database.prepare("insert into session (sessionToken, userId, expires) values (?, ?, ?)")
  const seeded: Seeded[] = []
  const now = Date.now()
  // Its default life of a session: one with less to live would be written anew at its first check.
  const sessionUntil = now + 30 * 24 * HOUR
  await writeInBatches(database, people, (index) => {
    const [userId, email] = [randomUUID(), `user${index}@example.com`]
    user.run(userId, email, now)
    if (!areSignedIn) return
    const [token, sessionToken] = [randomBytes(32).toString("hex"), randomUUID()]
    link.run(email, hash("sha256", token + secret), now + HOUR)
    session.run(sessionToken, userId, sessionUntil)
    if (isInSample(index, people, sample)) seeded.push(toSeeded(email, token, sessionToken))
  })
  database.close()
  return seeded
}

const NUMBERS = "from generate_series(0, $1::int - 1) i"
const USERS = `insert into users (name, email, "emailVerified")
  select 'Bench', 'user' || i || '@example.com', now() ${NUMBERS} order by i`
const LINKS = `insert into verification_token (identifier, token, expires)
  select 'user' || i || '@example.com',
    encode(sha256(convert_to(md5('link' || i) || md5('more' || i) || $2::text, 'UTF8')), 'hex'), now() + interval '1 hour' ${NUMBERS}`
// Its default life of a session: one with less to live would be written anew at its first check.
const SESSIONS = `insert into sessions ("userId", "sessionToken", expires)
  select i + 1, md5('session' || i), now() + interval '30 days' ${NUMBERS}`

async function seedTables({ database, people, areSignedIn, sample }: SeedPlan): Promise<readonly Seeded[]> {
  const users = { table: "users", text: USERS, values: [people] }
  const signIns = [
    { table: "verification_token", text: LINKS, values: [people, secret] },
    { table: "sessions", text: SESSIONS, values: [people] },
  ]
  await seedPostgres(database, areSignedIn ? [users, ...signIns] : [users])
  if (!areSignedIn) return []
  return sampleOf(people, sample, (index) => {
    const token = hash("md5", `link${index}`) + hash("md5", `more${index}`)
    return toSeeded(`user${index}@example.com`, token, hash("md5", `session${index}`))
  })
}

function toSeeded(email: string, token: string, sessionToken: string): Seeded {
  return {
    email,
    link: `${origin}/auth/callback/http-email?${new URLSearchParams({ callbackUrl: "/", token, email })}`,
    askCookies: "",
    sessionCookies: `${COOKIE}=${sessionToken}`,
  }
}
