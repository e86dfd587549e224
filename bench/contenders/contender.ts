import type { Reply } from "../reply.ts"

/** Somebody who asks for a link: an account that exists, from an address that nobody else comes from. */
export interface Person {
  readonly email: string
  readonly ip: string
}

/** A message that a site wanted to send: to whom, and the link in it. */
export interface HandedOver {
  readonly email: string
  readonly link: string
}

/** A pending link and a live session that were written straight into a site's tables. */
export interface Seeded extends HandedOver {
  /** Cookies of the browser that asked; empty where a link isn't bound to one. */
  readonly askCookies: string
  readonly sessionCookies: string
}

export interface SeedPlan {
  readonly database: string
  /** Accounts, named `user0@example.com` and so on. */
  readonly people: number
  /** Whether each has a pending link and a live session too. */
  readonly areSignedIn: boolean
  /** At most so many of these are handed back, evenly spread. */
  readonly sample: number
  /** When the run began; what is seeded was there before. Milliseconds since the epoch. */
  readonly begun: number
  /** How they came, where a contender keeps the time; all of them just now unless it is said. */
  readonly pace?: Pace
}

/** How rows that are seeded have come in over time. */
export interface Pace {
  /** Milliseconds between one person and the next. */
  readonly every: number
  /** How long their links and sessions last from then. */
  readonly linkLasts: number
  readonly sessionLasts: number
}

/** The requests of one sign-in at one site, and what a right answer to each is. Readers throw at a wrong one. */
export interface Journey {
  ask(person: Person): Buffer
  /** Gives the cookies that the browser keeps. */
  asked(reply: Reply): string
  redeem(link: string, cookies: string, ip: string): Buffer
  /** Gives the cookies of a browser that is signed in. */
  redeemed(reply: Reply): string
  check(cookies: string): Buffer
  checked(reply: Reply): void
  /** The address of the site's own that says who is signed in, where it has one. */
  readonly endpoint?: Pick<Journey, "check" | "checked">
  /** Signing out, where that is measured. */
  readonly signOut?: Pick<Journey, "check" | "checked">
}

/** One of those that are measured side by side. */
export interface Contender {
  readonly name: string
  /** The program that runs the site, and what it is given behind its database. */
  readonly program: URL
  readonly args: readonly string[]
  /** Which operations are measured; all by default. One that isn't may still run, to make what another needs. */
  readonly measures: readonly Operation[]
  /** How the conditions were made equal, for the report. */
  readonly notes: string
  journey(port: number): Promise<Journey>
  seed(plan: SeedPlan): Promise<readonly Seeded[]>
  /** SQL that counts: requests for a link that were kept, sessions; and where there are such, accounts and mails still owed. */
  readonly counts: {
    readonly asked: string
    readonly sessions: string
    readonly people?: string
    readonly owed?: string
  }
}

/**
 * `ask` ends with the answer; `link` when the last link was handed to the mail. Where asking makes the link, they are one.
 * `check` is a route of an application that asks who is signed in; `endpoint` is the site's own address for that. `signOut` ends each session.
 */
export type Operation = "ask" | "link" | "redeem" | "check" | "endpoint" | "signOut"
