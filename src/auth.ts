import type { ApplicationEvent } from "./core/audit/application-event.ts"
import type { ErasedPerson } from "./core/erasing/erase-person.ts"
import type { Session } from "./core/sessions/session.ts"
import type { SignedIn } from "./core/store.ts"
import type { UserListOptions, UserPage } from "./core/users/list-users.ts"
import type { ProviderUse, User } from "./core/users/user.ts"
import type { Answer } from "./http/answer.ts"
import type { Incoming } from "./http/incoming.ts"

/** What a server knows about a request that the request itself doesn't say. */
export interface ConnectionInfo {
  /** The address at the other end of the socket. Without it, all clients share one limit. */
  readonly remoteAddress?: string | undefined
}

/** Anything with headers: a web `Request`, or what Node, Express and Fastify call the request. */
export interface WithHeaders {
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>
}

/** What `users.erase` did. */
export type ErasedUser = Omit<ErasedPerson, "marks">

/** What `linklatch(options)` returns. */
export interface Auth {
  /** Answers everything under `/auth`, and `/admin`; 404 for the rest. Never rejects. */
  handler(request: Request, info?: ConnectionInfo): Promise<Response>
  /** The same in plain values, for the mounts of servers that don't speak Fetch (`linklatch/node`, `/express`, `/fastify`). */
  answer(incoming: Incoming): Promise<Answer>
  /**
   * Who sent this request: signature, then one indexed read. Null when nobody is signed in, and only then: while the store
   * can't say, it rejects.
   *
   * @throws LinklatchError `store_unavailable` while the store is away, with `statusCode` 503 and `Retry-After` in `headers`.
   */
  session(request: WithHeaders): Promise<SignedIn | null>
  readonly users: {
    /** Null for somebody who has never signed in. */
    find(by: { readonly userId: string } | { readonly email: string }): Promise<User | null>
    /**
     * A page of users by address: `{ limit: 50, after: page.next, search: "ada", disabled: true }`, all of them optional.
     *
     * @throws LinklatchError `invalid_argument` when the limit isn't a whole number from 1 to 1000.
     */
    list(options?: UserListOptions): Promise<UserPage>
    /** Ends every session and link of the user at once. `unchanged`: they were disabled already. */
    disable(userId: string): Promise<"changed" | "unchanged" | "unknown_user">
    /** Lets the user sign in again. `unchanged`: they could already. */
    enable(userId: string): Promise<"changed" | "unchanged" | "unknown_user">
    /**
     * Erases everything that is known about a person, for good: the user, or a mail address that somebody once typed. Sessions, links and codes
     * end at once. What happened stays in the audit log, and can't be led back to them. It goes through all requests and events, some
     * seconds for a million. May be repeated; `nothing`: there was nothing about them.
     *
     * Deleted rows may leave copies in unused parts of the database's files: `linklatch users erase --rewrite` does away with those.
     *
     * @throws LinklatchError `invalid_argument` when the email isn't one; `invalid_configuration` on a database that isn't a file, where
     * `audit.erasureJournal` isn't set; `journal_failed` when the journal can't be written: then nothing was erased.
     */
    erase(who: { readonly userId: string } | { readonly email: string }): Promise<ErasedUser>
    /** Whether the user's address is one of `adminEmails`. */
    isAdmin(user: User): boolean
  }
  readonly sessions: {
    /** Those that live, newest first. */
    list(userId: string): Promise<readonly Session[]>
    /** Ends one session at once. False when the user has no such session any more. */
    revoke(userId: string, sessionId: string): Promise<boolean>
    /** Signs the user out everywhere: every session ends, and so do links and codes that are still out. Returns how many sessions ended. */
    revokeAll(userId: string): Promise<number>
  }
  readonly providers: {
    /**
     * Counts one use of a way in: `google`, `linkedin`, `passkey`… Lower case letters, digits and `_`, at most 32.
     *
     * @throws LinklatchError `invalid_argument` on any other name.
     */
    record(userId: string, provider: string): Promise<"recorded" | "unknown_user">
    /** Most recently used first. */
    list(userId: string): Promise<readonly ProviderUse[]>
  }
  readonly audit: {
    /**
     * Adds an event of the application's own namespace, `shop.order_placed`, to the log for good. Put no secret and no
     * personal data into `detail`: give `userId`, `email` and `client` instead, which can be erased.
     *
     * @throws LinklatchError `invalid_argument` when the name has no namespace or the detail isn't flat and under 4 kB.
     */
    record(event: ApplicationEvent): Promise<void>
  }
  /** Brings the tables up to date, and returns the names of the migrations that it ran. `sqlite()` does it by itself. */
  migrate(): Promise<readonly string[]>
  /** Rejects while nobody could sign in. */
  ping(): Promise<void>
  /** Finishes the mail under way, writes open counts, closes store and transport. Call it before the process ends. */
  close(): Promise<void>
}
