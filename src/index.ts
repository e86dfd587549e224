/**
 * Linklatch signs people in by e-mail: one message with a single-use link and a six-digit code, sessions, limits, and an
 * audit log.
 *
 * ```ts
 * import { linklatch } from "linklatch"
 * import { sqlite } from "linklatch/sqlite"
 * import { smtp } from "linklatch/smtp"
 *
 * export const auth = linklatch({
 *   baseUrl: "https://example.com",
 *   siteName: "Example",
 *   secret: process.env.LINKLATCH_SECRET ?? "",
 *   store: sqlite("auth.db"),
 *   mail: smtp({ url: process.env.SMTP_URL ?? "", from: "Example <login@example.com>" }),
 * })
 *
 * await auth.handler(request) // Request → Response: everything under /auth, and /admin
 * await auth.session(request) // { user, session } | null
 * ```
 */
import type { Auth } from "./auth.ts"
import type { LinklatchOptions } from "./core/options.ts"
import { createAuth } from "./create-auth.ts"

/**
 * Builds a site's sign-in from its options, and begins to send the mail that it owes.
 *
 * @throws LinklatchError `invalid_configuration`, with every fault and its cure in `faults`.
 */
export function linklatch(options: LinklatchOptions): Auth {
  return createAuth(options)
}

export type { Auth, ConnectionInfo, ErasedUser, WithHeaders } from "./auth.ts"
export type { ApplicationEvent } from "./core/audit/application-event.ts"
export type { AuditEvent, Client } from "./core/audit/event.ts"
export type { Clock } from "./core/clock.ts"
export type { ErasureEntries, ErasureEntry, ErasureJournal, ErasureMark } from "./core/erasing/erasure-journal.ts"
export { type ConfigurationFault, LinklatchError, type LinklatchErrorCode } from "./core/fault.ts"
export type { Log } from "./core/log.ts"
export type { MailMessage, MailTransport, SendContext, SendOutcome } from "./core/mail/transport.ts"
export type { LimitOption, LinklatchOptions, SignUp } from "./core/options.ts"
export type { Random } from "./core/random.ts"
export type { Session } from "./core/sessions/session.ts"
export type { SignedIn, Store } from "./core/store.ts"
export type { UserListOptions, UserPage } from "./core/users/list-users.ts"
export type { ProviderUse, User } from "./core/users/user.ts"
export type { Answer } from "./http/answer.ts"
export type { BodyText, Incoming } from "./http/incoming.ts"
