import type { Clock } from "./clock.ts"
import type { ErasureJournal } from "./erasing/erasure-journal.ts"
import type { Log } from "./log.ts"
import type { MailTransport } from "./mail/transport.ts"
import type { Random } from "./random.ts"
import type { CheckpointOutlet } from "./sealing/checkpoint-outlet.ts"
import type { Store } from "./store.ts"

/** Who may sign in for the first time. */
export type SignUp = "open" | "allowlist" | "closed"

/** "At most `max` in any `minutes`." */
export interface LimitOption {
  readonly max: number
  readonly minutes: number
}

/** What `linklatch(options)` takes. Everything but the first four has a default that is safe in production. */
export interface LinklatchOptions {
  /** Where people reach the site, as `https://example.com`: links, cookies and origins come from it, never from a header. */
  readonly baseUrl: string
  /** The name on pages and in mail, at most 100 characters. */
  readonly siteName: string
  /** At least 32 characters. Of a list, the first signs and all verify: put a new one in front to rotate. */
  readonly secret: string | readonly string[]
  /** Where everything is kept: `sqlite("auth.db")`. */
  readonly store: Store
  /** Outside production it may be left out: the link then goes to the log as `magic_link_dev_fallback`. */
  readonly mail?: MailTransport | undefined
  /** May always sign in, and see `/admin`. */
  readonly adminEmails?: readonly string[] | undefined
  /** `open` (default): anybody. `allowlist`: only listed addresses and domains. `closed`: only who has signed in before, and admins. */
  readonly signUp?: SignUp | undefined
  /** With `signUp: "allowlist"`: who may sign in. */
  readonly allowedEmails?: readonly string[] | undefined
  /** The same, for all addresses of a domain. Subdomains are others. */
  readonly allowedDomains?: readonly string[] | undefined
  /** Other origins that `next` may lead to, as `https://app.example.com`. */
  readonly allowedOrigins?: readonly string[] | undefined
  /**
   * Addresses or CIDR ranges of your own reverse proxies; only they are believed about the client's address,
   * and told who is signed in (`/auth/verify`).
   */
  readonly trustedProxies?: readonly string[] | undefined
  /** How long a link and a code last, from sending. Default 10, the most that ASVS 6.5.5 allows; at most 60. */
  readonly linkTtlMinutes?: number | undefined
  /** How long a session lasts unused. Default 168: a week. */
  readonly sessionIdleHours?: number | undefined
  /** How long a session lasts at most. Default 720: thirty days. */
  readonly sessionHours?: number | undefined
  /** Each may be `false`, where something in front limits already: without limits, addresses can be flooded with mail. */
  readonly limits?:
    | {
        /** Asking, per client address. Default 5 in 15 minutes. */
        readonly askClient?: LimitOption | false | undefined
        /** Asking, per mail address. Default 3 in 60 minutes. */
        readonly askAddress?: LimitOption | false | undefined
        /** Asking, per mail address, from browsers that have signed in with it before. Default 3 in 60 minutes. */
        readonly askBrowser?: LimitOption | false | undefined
        /** Redeeming, per client address. Default 20 in 15 minutes. */
        readonly redeemClient?: LimitOption | false | undefined
      }
    | undefined
  /** How long rows are kept that are over. Users, their ways in and the audit log stay whatever is set here. */
  readonly retention?:
    | {
        /**
         * Days from asking until a request goes, with its links. Default 7, at least 1; `false` keeps them for ever. Until
         * then an old link says what became of it, and from then on that it is unknown.
         */
        readonly requestDays?: number | false | undefined
        /** Days until a session goes after it was ended, or came to its absolute end. Default 30, at least 1; `false` keeps them for ever. */
        readonly sessionDays?: number | false | undefined
      }
    | undefined
  /** The audit log: who signs it, and where its checkpoints go. */
  readonly audit?:
    | {
        /**
         * What the log's signing key is derived from, or a list: the first signs, all verify. At least 32 random characters each. Default:
         * `secret`. With one of its own, rotating `secret` leaves the log's key as it is.
         */
        readonly key?: string | readonly string[] | undefined
        /**
         * The log's name in its checkpoints (C2SP tlog-checkpoint). Default: the base URL without scheme, and `/auth/log`. It gets
         * another one when a backup was restored: what came after the backup is missing then, and a log must never go on as if it weren't.
         */
        readonly origin?: string | undefined
        /**
         * Serve the log read-only below this path, as C2SP tlog-tiles has it: `/auth/log`. Default: it isn't served. It holds no addresses; it
         * tells everybody what happened when, and ids of users and sessions.
         */
        readonly path?: string | undefined
        /** Seal the log in this process. Default: as `worker`. */
        readonly seal?: boolean | undefined
        /**
         * Days until the personal data of an event goes (mail address, client address, user agent) if its address belongs to no user; the
         * event itself stays. Default 90, at least 1; `false` keeps it for ever.
         */
        readonly personDays?: number | false | undefined
        /**
         * Where `users.erase` notes whom it erases, outside of the database: after a backup was restored, `linklatch users erase --replay`
         * erases them again. The path of a file, an object of your own, or `false` for none. Default: beside the SQLite file, as
         * `auth.db.erasures`; with another database `users.erase` asks for it.
         */
        readonly erasureJournal?: string | ErasureJournal | false | undefined
        /** Where checkpoints go, out of the database's reach: see `linklatch/checkpoints`. */
        readonly outlets?: readonly CheckpointOutlet[] | undefined
      }
    | undefined
  /** Where warnings and errors go. Default: one JSON line each on standard error. */
  readonly log?: Log | undefined
  /** Write mail addresses to the log in clear. Default false: `a…@example.com`. */
  readonly logEmails?: boolean | undefined
  /** False where another process sends the mail and seals the log. Default true. */
  readonly worker?: boolean | undefined
  /** Pages show the way to `/dev/mailbox`: the development server sets it. */
  readonly showMailbox?: boolean | undefined
  /** For tests: `createFakeClock()`. */
  readonly clock?: Clock | undefined
  /** For tests: `createSeededRandom(1)`. */
  readonly random?: Random | undefined
}
