import type { Delivered } from "./mailboxes.ts"

/** An address whose request a site said to have accepted. Times by the machine's clock. */
export interface Accepted {
  readonly address: string
  readonly at: number
}

/** What people saw of a site from outside, which its tables and its log must agree with. */
export class Witness {
  readonly accepted: Accepted[] = []
  /** How often a mail's link or code started a session, by its token. */
  readonly sessionsOf = new Map<string, number>()
  /** Everything that may stand in no file: tokens, flows, sessions, passwords. */
  readonly secrets = new Set<string>()
  /** Addresses whose link was used up by a press whose answer never came. */
  readonly unanswered: string[] = []
  /** Answers that no fault excuses, such as a 500, or a 401 to somebody who is signed in. */
  readonly strange: string[] = []
  /** Since when sign-ins go well again, by the machine's clock. */
  lastSignInAt = 0

  noteSession(mail: Pick<Delivered, "token">): void {
    this.sessionsOf.set(mail.token, (this.sessionsOf.get(mail.token) ?? 0) + 1)
    this.lastSignInAt = Date.now()
  }

  noteSecret(value: string): void {
    for (const part of [value, ...value.split(".")]) if (part.length >= 20) this.secrets.add(part)
  }
}
