import { expectReply, get, keepCookies, post } from "../request.ts"
import type { Contender, Journey } from "./contender.ts"
import { seedTables } from "./linklatch-seed-postgres.ts"
import { seedSqlite } from "./linklatch-seed-sqlite.ts"

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
  signOut: {
    check: (cookies) => post("/auth/sign-out", new URLSearchParams(), { ip: "10.0.0.1", cookies }),
    checked: (reply) => expectReply(reply, 303, `${COOKIE}_session=;`),
  },
}

/** Linklatch as one process that answers and sends, without limits, as the others have none. */
export const linklatch: Contender = {
  name: "Linklatch",
  program: new URL("../sites/linklatch.ts", import.meta.url),
  args: ["sqlite"],
  measures: ["ask", "link", "redeem", "check", "endpoint"],
  notes:
    "`mount` on node:http, node:sqlite, all `limits: false`. Mail: a transport that keeps the link. A check is `auth.session`; the endpoint is `/auth/api/session`",
  journey: async () => journey,
  seed: seedSqlite,
  counts: {
    asked: "select count(*) from sign_in_requests",
    sessions: "select count(*) from sessions",
    people: "select count(*) from users",
    owed: "select count(*) from outbox where state = 'queued'",
  },
}

export const linklatchPostgres: Contender = {
  ...linklatch,
  args: ["postgres"],
  notes: linklatch.notes.replace("node:sqlite", "a `pg` pool"),
  seed: seedTables,
}

/** The same with Redis beside it. */
export const linklatchPostgresRedis: Contender = {
  ...linklatchPostgres,
  args: ["postgres+redis"],
  notes: linklatch.notes.replace("node:sqlite", "a `pg` pool, limits and sessions of the last second in Redis"),
}

export const linklatchLimited = withLimits(linklatch)
export const linklatchLimitedPostgres = withLimits(linklatchPostgres)
export const linklatchLimitedPostgresRedis = withLimits(linklatchPostgresRedis)
export const linklatchAnswering = sendingElsewhere(linklatch)
export const linklatchAnsweringPostgres = sendingElsewhere(linklatchPostgres)
export const linklatchAnsweringPostgresRedis = sendingElsewhere(linklatchPostgresRedis)

/** As people run it. */
function withLimits(base: Contender): Contender {
  return {
    ...base,
    name: "Linklatch, limits on",
    args: [...base.args, "limits"],
    measures: ["ask", "link", "redeem"],
    notes:
      "the same with its limits: each request takes all of them, and comes from an address of its own, so that none is spent",
  }
}

/** The process that only answers. */
function sendingElsewhere(base: Contender): Contender {
  return {
    ...base,
    name: "Linklatch, sending elsewhere",
    args: [...base.args, "no-worker"],
    measures: ["ask"],
    notes: "`worker: false`, no limits: another process would make the links and send them, and none runs here",
  }
}

/** Twice the same, but that one doesn't seal its log: both also sign everybody out, which the others are not asked to. */
export const sealing: Readonly<Record<"sqlite" | "postgres", readonly [sealed: Contender, unsealed: Contender]>> = {
  sqlite: besideUnsealed(linklatch),
  postgres: besideUnsealed(linklatchPostgres),
}

function besideUnsealed(base: Contender): readonly [Contender, Contender] {
  const sealed: Contender = { ...base, measures: ["ask", "link", "redeem", "signOut"] }
  const notes = "the same, with `audit: { seal: false }`"
  return [sealed, { ...sealed, name: "Linklatch, not sealing", args: [...base.args, "no-seal"], notes }]
}
