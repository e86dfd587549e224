import { hash } from "node:crypto"
import type { Flow } from "../../src/core/links/flow.ts"
import type { Token } from "../../src/core/links/token.ts"
import type { SessionToken } from "../../src/core/sessions/session-token.ts"
import { signValue } from "../../src/http/signed-value.ts"
import { origin, secret } from "../sites/settings.ts"
import type { Pace, Seeded, SeedPlan } from "./contender.ts"

const COOKIE = "__Host-linklatch"

/** What was seeded for a person: made from its number, so that whoever presses the links needs no list of them. */
export interface SeededSecrets {
  readonly token: Token
  readonly flow: Flow
  readonly sessionToken: SessionToken
}

/** `at` is when the person asked and signed in. */
export function secretsOf(index: number, at: number): SeededSecrets {
  return {
    token: hash("sha256", `link ${index}`, "base64url") as Token,
    flow: timedSecret(`flow ${index}`, at) as Flow,
    sessionToken: timedSecret(`session ${index}`, at) as SessionToken,
  }
}

const LONGER_THAN_ANY_RUN = 24 * 3_600_000

/** A millisecond apart, as if they had come in over time: ids sort by time, and indexes keep their locality. */
export const justNow: Pace = { every: 1, linkLasts: LONGER_THAN_ANY_RUN, sessionLasts: LONGER_THAN_ANY_RUN }

/** When the person with this number came, of so many who came until `begun`. */
export function cameAt(
  index: number,
  { people, begun, pace = justNow }: Pick<SeedPlan, "people" | "begun" | "pace">,
): number {
  return Math.round(begun - (people - index) * pace.every)
}

/** As a browser holds it. */
export function toSeeded(index: number, { token, flow, sessionToken }: SeededSecrets): Seeded {
  return {
    email: `user${index}@example.com`,
    link: `${origin}/auth/link/${token}`,
    askCookies: `${COOKIE}_flow=${flow}`,
    sessionCookies: `${COOKIE}_session=${signValue(sessionToken, "linklatch session", [secret])}`,
  }
}

function timedSecret(text: string, at: number): string {
  const bytes = Buffer.alloc(32)
  bytes.writeUIntBE(at, 0, 6)
  hash("sha256", text, "buffer").copy(bytes, 6, 0, 26)
  return bytes.toString("base64url")
}

/** The same in SQL of PostgreSQL: `i` is the number, `at` the time. */
export const sqlSecrets = {
  token: sqlBase64Url("sha256(convert_to('link ' || i, 'UTF8'))"),
  flow: sqlTimed("flow "),
  sessionToken: sqlTimed("session "),
} as const

/** The hash that the tables keep of a secret, in SQL. */
export function sqlHash(secretText: string): string {
  return sqlBase64Url(`sha256(convert_to(${secretText}, 'UTF8'))`)
}

export function sqlTimedHash(secretText: string): string {
  return `left(${secretText}, 8) || '.' || ${sqlHash(secretText)}`
}

function sqlTimed(kind: string): string {
  return sqlBase64Url(`substring(int8send(at) from 3) || substring(sha256(convert_to('${kind}' || i, 'UTF8')) for 26)`)
}

function sqlBase64Url(bytes: string): string {
  return `rtrim(translate(encode(${bytes}, 'base64'), '+/', '-_'), '=')`
}
