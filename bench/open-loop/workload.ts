import type { Journey } from "../contenders/contender.ts"
import { linklatch } from "../contenders/linklatch.ts"
import { cameAt, secretsOf, toSeeded } from "../contenders/linklatch-secrets.ts"
import { addressOf } from "../people.ts"
import type { Reply } from "../reply.ts"
import { expectReply, get } from "../request.ts"

export const operations = ["ask", "redeem", "check", "mix"] as const
export type LoadOperation = (typeof operations)[number]
/** What one request is; a mix is made of all of these. */
export type Step = "ask" | "redeem" | "check" | "sign-in page" | "check-mail page" | "link page"

/** The tables that a load runs on: everybody has an account, a pending link and a live session, made from their number. */
export interface Population {
  readonly people: number
  readonly begun: number
}

/** How far earlier phases have come: no link is pressed twice, and nobody asks from an address that somebody asked from. */
export interface Used {
  readonly asks: number
  readonly redeems: number
}

/** The requests of one phase, made one by one as they are sent. */
export interface Workload {
  step(index: number): Step
  request(index: number): Buffer
  read(reply: Reply, index: number): void
}

// Of a hundred requests, those of two people who sign in, and ninety of people who have: a session of a week on pages that
// ask who is there. See decisions/048.
const MIX: Readonly<Record<Step, number>> = {
  check: 90,
  "sign-in page": 2,
  ask: 2,
  "check-mail page": 2,
  "link page": 2,
  redeem: 2,
}
const MIXED = (Object.keys(MIX) as Step[]).flatMap((step) => Array<Step>(MIX[step]).fill(step))
// Sessions that are checked, from all over the tables. Each is written once in a while, when it was last seen too long ago.
const SESSIONS = 5_000
// Prime to any round number of people.
const STRIDE = 7_919

export async function createWorkload(
  operation: LoadOperation,
  population: Population,
  used: Used,
  random: () => number,
): Promise<Workload> {
  const { people } = population
  const journey = await linklatch.journey(0)
  const indexOf = (number: number) => (number * STRIDE) % people
  const person = (number: number) => {
    const index = indexOf(number)
    return toSeeded(index, secretsOf(index, cameAt(index, population)))
  }
  // Pages are looked at by those whose links will be pressed last.
  const visitor = (number: number) => person(people - 1 - (number % people))
  const sessions = Array.from({ length: Math.min(SESSIONS, people) }, (_, number) => person(number).sessionCookies)
  const next = { asks: used.asks, redeems: used.redeems, others: 0 }
  const makers: Readonly<Record<Step, () => Buffer>> = {
    ask: () => journey.ask({ email: `user${indexOf(next.asks)}@example.com`, ip: addressOf(next.asks++) }),
    redeem() {
      const { link, askCookies } = person(next.redeems)
      return journey.redeem(link, askCookies, addressOf(next.redeems++))
    },
    check: () => journey.check(sessions[next.others++ % sessions.length] ?? ""),
    "sign-in page": () => get("/auth/sign-in", { ip: "10.0.0.1", cookies: "" }),
    "check-mail page": () => get("/auth/check-mail", { ip: "10.0.0.1", cookies: visitor(next.others++).askCookies }),
    "link page"() {
      const { link, askCookies } = visitor(next.others++)
      return get(new URL(link).pathname, { ip: "10.0.0.1", cookies: askCookies })
    },
  }
  const readers = readersOf(journey)
  const steps: Step[] = []
  const step = (index: number) => (steps[index] ??= operation === "mix" ? draw(random) : operation)
  return {
    step,
    request: (index) => makers[step(index)](),
    read: (reply, index) => readers[step(index)](reply),
  }
}

function readersOf(journey: Journey): Readonly<Record<Step, (reply: Reply) => void>> {
  const page = (reply: Reply) => expectReply(reply, 200, "</html>")
  return {
    ask: (reply) => journey.asked(reply),
    redeem: (reply) => journey.redeemed(reply),
    check: (reply) => journey.checked(reply),
    "sign-in page": page,
    "check-mail page": page,
    "link page": page,
  }
}

function draw(random: () => number): Step {
  return MIXED[Math.floor(random() * MIXED.length)] ?? "check"
}
