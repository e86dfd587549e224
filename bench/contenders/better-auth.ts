import { createHmac, hash, randomBytes, randomUUID } from "node:crypto"
import { DatabaseSync } from "node:sqlite"
import { expectReply, get, keepCookies, post } from "../request.ts"
import { origin, secret } from "../sites/settings.ts"
import type { Contender, Journey, Seeded, SeedPlan } from "./contender.ts"
import { isInSample, sampleOf } from "./sample.ts"
import { seedPostgres } from "./seed-postgres.ts"
import { writeInBatches } from "./seed-sqlite.ts"

const HOUR = 3_600_000
const COOKIE = "__Secure-better-auth.session_token"

const journey: Journey = {
  ask: ({ email, ip }) => post("/api/auth/sign-in/magic-link", { email, callbackURL: "/" }, { ip, cookies: "" }),
  asked(reply) {
    expectReply(reply, 200, '{"status":true}')
    return keepCookies(reply)
  },
  redeem: (link, cookies, ip) => get(link.slice(origin.length), { ip, cookies }),
  redeemed(reply) {
    expectReply(reply, 302, `${COOKIE}=`)
    return keepCookies(reply)
  },
  check: (cookies) => get("/session", { ip: "10.0.0.1", cookies }),
  checked: (reply) => expectReply(reply, 200, /\r\nsomebody/),
  endpoint: {
    check: (cookies) => get("/api/auth/get-session", { ip: "10.0.0.1", cookies }),
    checked: (reply) => expectReply(reply, 200, '{"session":{'),
  },
}

/** Better Auth with its magic link plugin. */
export const betterAuth: Contender = {
  name: "Better Auth",
  program: new URL("../peers/better-auth.ts", import.meta.url),
  args: ["no-cookie-cache"],
  measures: ["ask", "redeem", "check", "endpoint"],
  notes:
    "`toNodeHandler` on node:http, better-sqlite3, `rateLimit.enabled: false`, `telemetry.enabled: false`. Mail: `sendMagicLink` keeps the link. A check is `auth.api.getSession`; the endpoint is `/api/auth/get-session`",
  journey: async () => journey,
  seed: seedSqlite,
  counts: {
    asked: "select count(*) from verification",
    sessions: "select count(*) from session",
    people: 'select count(*) from "user"',
  },
}

export const betterAuthPostgres: Contender = {
  ...betterAuth,
  notes: betterAuth.notes.replace("better-sqlite3", "a `pg` pool"),
  seed: seedTables,
}

export const betterAuthCached = withCookieCache(betterAuth)
export const betterAuthCachedPostgres = withCookieCache(betterAuthPostgres)

function withCookieCache(base: Contender): Contender {
  return {
    ...base,
    name: "Better Auth, cookie cache",
    args: ["cookie-cache"],
    measures: ["check", "endpoint"],
    notes:
      "`session.cookieCache.enabled: true`: another promise, as a revoked session stays signed in for five minutes",
  }
}

async function seedSqlite({ database: path, people, areSignedIn, sample }: SeedPlan): Promise<readonly Seeded[]> {
  const database = new DatabaseSync(path, { timeout: 5_000 })
  const user = database.prepare(
    `insert into "user" (id, name, email, emailVerified, createdAt, updatedAt) values (?, 'Bench', ?, 1, ?, ?)`,
  )
  const link = database.prepare(
    "insert into verification (id, identifier, value, expiresAt, createdAt, updatedAt) values (?, ?, ?, ?, ?, ?)",
  )
  const session = database.prepare(`insert into session
    (id, expiresAt, token, createdAt, updatedAt, ipAddress, userAgent, userId) values (?, ?, ?, ?, ?, '', '', ?)`)
  const seeded: Seeded[] = []
  const [now, later] = [new Date().toISOString(), new Date(Date.now() + 168 * HOUR).toISOString()]
  await writeInBatches(database, people, (index) => {
    const [userId, email] = [randomUUID(), `user${index}@example.com`]
    user.run(userId, email, now, now)
    if (!areSignedIn) return
    const [token, sessionToken] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")]
    const value = JSON.stringify({ type: "magic-link", email })
    link.run(randomUUID(), `magic-link:${token}`, value, later, now, now)
    session.run(randomUUID(), later, sessionToken, now, now, userId)
    if (isInSample(index, people, sample)) seeded.push(toSeeded(email, token, sessionToken))
  })
  database.close()
  return seeded
}

const NUMBERS = "from generate_series(0, $1::int - 1) i"
const USERS = `insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
  select md5('user' || i), 'Bench', 'user' || i || '@example.com', true, now(), now() ${NUMBERS}`
const LINKS = `insert into verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
  select md5('row' || i), 'magic-link:' || md5('link' || i),
    json_build_object('type', 'magic-link', 'email', 'user' || i || '@example.com')::text,
    now() + interval '7 days', now(), now() ${NUMBERS}`
const SESSIONS = `insert into session
  (id, "expiresAt", token, "createdAt", "updatedAt", "ipAddress", "userAgent", "userId")
  select md5('row' || i), now() + interval '7 days', md5('session' || i), now(), now(), '', '', md5('user' || i) ${NUMBERS}`

async function seedTables({ database, people, areSignedIn, sample }: SeedPlan): Promise<readonly Seeded[]> {
  const values = [people]
  const users = { table: '"user"', text: USERS, values }
  const signIns = [
    { table: "verification", text: LINKS, values },
    { table: "session", text: SESSIONS, values },
  ]
  await seedPostgres(database, areSignedIn ? [users, ...signIns] : [users])
  if (!areSignedIn) return []
  return sampleOf(people, sample, (index) =>
    toSeeded(`user${index}@example.com`, hash("md5", `link${index}`), hash("md5", `session${index}`)),
  )
}

function toSeeded(email: string, token: string, sessionToken: string): Seeded {
  return {
    email,
    link: `${origin}/api/auth/magic-link/verify?token=${token}&callbackURL=%2F`,
    askCookies: "",
    sessionCookies: `${COOKIE}=${encodeURIComponent(`${sessionToken}.${sign(sessionToken)}`)}`,
  }
}

function sign(value: string): string {
  return createHmac("sha256", secret).update(value).digest("base64")
}
