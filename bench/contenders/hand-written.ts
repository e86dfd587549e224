import { expectReply, get, keepCookies, post } from "../request.ts"
import type { Contender, Journey } from "./contender.ts"

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

/** What a server costs that does nothing. */
export const bare: Contender = {
  ...handWritten,
  name: "bare node:http",
  args: ["alone"],
  measures: ["check"],
  notes: "answers eight bytes without looking at the request",
  journey: async () => ({ ...journey, check: (cookies) => get("/bare", { ip: "10.0.0.1", cookies }) }),
}
