import { expectReply, get, keepCookies, post } from "../request.ts"
import type { Contender, Journey, Seeded, SeedPlan } from "./contender.ts"
import { seedPostgres } from "./seed-postgres.ts"

const journey: Journey = {
  ask: ({ email, ip }) => post("/auth/sign-in", new URLSearchParams({ email }), { ip, cookies: "" }),
  asked(reply) {
    expectReply(reply, 303, "location: /auth/check-mail")
    return ""
  },
  redeem: (token, cookies, ip) => post("/auth/link", new URLSearchParams({ token }), { ip, cookies }),
  redeemed(reply) {
    expectReply(reply, 303, "session=")
    return keepCookies(reply)
  },
  check: (cookies) => get("/session", { ip: "10.0.0.1", cookies }),
  checked: (reply) => expectReply(reply, 200, "\r\n\r\nsomebody"),
}

/** A handler written by hand, each commit on its own. */
export const handWritten: Contender = {
  name: "written by hand, each commit alone",
  program: new URL("../sites/hand-written.ts", import.meta.url),
  args: ["alone"],
  measures: ["ask", "redeem", "check"],
  notes: "node:http and node:sqlite, two tables; no limits, outbox, events, guards or accounts",
  journey: async () => journey,
  seed: async () => [],
  counts: { asked: "select count(*) from tokens", sessions: "select count(*) from sessions" },
}

export const handWrittenShared: Contender = {
  ...handWritten,
  name: "written by hand, commits shared",
  args: ["shared"],
  notes: "the same, and requests of one turn of the event loop share a commit",
}

/** A handler written by hand on PostgreSQL, a statement for each step. */
export const handWrittenPostgres: Contender = {
  ...handWritten,
  name: "written by hand",
  program: new URL("../sites/hand-written-postgres.ts", import.meta.url),
  args: ["steps"],
  notes:
    "node:http and a `pg` pool, three tables; redeeming is a transaction of six statements; no limits, outbox, events or guards",
  seed: seedUsers,
  counts: { ...handWritten.counts, people: "select count(*) from users" },
}

/** The same by somebody who counts round trips. */
export const handWrittenOneStatement: Contender = {
  ...handWrittenPostgres,
  name: "written by hand, one statement",
  args: ["one-statement"],
  notes: "the same with one prepared statement for redeeming and one for checking",
}

/** What a server costs that does nothing. */
export const bare: Contender = {
  ...handWritten,
  name: "bare node:http",
  args: ["alone"],
  measures: ["check"],
  notes: "answers eight bytes without looking at the request",
  journey: async () => ({ ...journey, check: (cookies) => get("/bare", { ip: "10.0.0.1", cookies }) }),
}

export const barePostgres: Contender = {
  ...bare,
  program: handWrittenPostgres.program,
  args: handWrittenPostgres.args,
}

/** Accounts alone: pending links and sessions are never written straight into this one. */
async function seedUsers({ database, people }: SeedPlan): Promise<readonly Seeded[]> {
  const text = `insert into users (id, email, created_at)
    select md5(i::text), 'user' || i || '@example.com', now() from generate_series(0, $1::int - 1) i`
  await seedPostgres(database, [{ table: "users", text, values: [people] }])
  return []
}
