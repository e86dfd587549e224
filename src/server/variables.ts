import * as v from "valibot"
import type { LimitOption } from "../core/options.ts"
import { readSender } from "../mail/sender.ts"
import { readSmtpServerUrl } from "../mail/smtp-server-url.ts"
import { isRedisUrl, readDatabaseUrl } from "./database-url.ts"
import type { DatabaseConfig } from "./server-config.ts"

const MINUTES_PER = { s: 1 / 60, m: 1, h: 60 } as const

const line = v.string()
const number = v.pipe(v.string(), v.regex(/^\d{1,9}(\.\d{1,6})?$/, "It is not a number."), v.transform(Number))
const limit = v.pipe(
  v.string(),
  v.regex(/^(\d{1,9}\/\d{1,9}[smh]|off)$/, "It is not a limit."),
  v.transform((text) => (text === "off" ? (false as const) : readLimit(text))),
)
const days = v.pipe(
  v.string(),
  v.regex(/^(\d{1,9}(\.\d{1,6})?|off)$/, "It is not a number of days."),
  v.transform((text) => (text === "off" ? (false as const) : Number(text))),
)
const list = v.pipe(v.string(), v.transform(splitList))
const apiKey = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{8,200}$/, "It is not an API key."))
const apiUrl = v.pipe(v.string(), v.check(isApiUrl, "It is not an https address."))
const smtpUrl = v.pipe(
  v.string(),
  v.check((text) => readSmtpServerUrl(text) !== null, "It is not the address of a mail server."),
)
const sender = v.pipe(
  v.string(),
  v.check((text) => readSender(text) !== null, "It is not a sender."),
)
const yesOrNo = v.pipe(
  v.picklist(["true", "false", "1", "0"], "It is neither true nor false."),
  v.transform((text) => text === "true" || text === "1"),
)
const database = v.pipe(
  v.string(),
  v.check((text) => readDatabaseUrl(text) !== null, "It is not the address of a database."),
  v.transform((text) => readDatabaseUrl(text) as DatabaseConfig),
)
const redisUrl = v.pipe(v.string(), v.check(isRedisUrl, "It is not the address of a Redis."))
const port = v.pipe(
  v.string(),
  v.regex(/^\d{1,5}$/, "It is not a port."),
  v.transform(Number),
  v.maxValue(65_535, "It is not a port."),
)

const LIMIT_CURE =
  "Write at most how many in which time, as 5/15m or 3/1h; or off, where something in front limits already."
const DAYS_CURE = "Give a number of days from 1 to 3650; or off, which keeps them for ever."
const PROXY_CURE = "List addresses or ranges, as 10.0.0.0/8,192.0.2.7."

/**
 * Every variable that the server reads, each also as NAME_FILE: its shape, what it says, the cure for a bad shape,
 * and the library's option that it becomes. A schema's message never repeats the value: it may be a secret.
 */
export const variables = {
  HOST: {
    schema: v.pipe(line, v.regex(/^[\w.:-]+$/, "It is not an address.")),
    says: "Address to listen on",
    cure: "Give 127.0.0.1, 0.0.0.0, :: or a host name.",
  },
  PORT: {
    schema: port,
    says: "Port to listen on; 0 lets the system pick",
    cure: "Give a whole number from 0 to 65535.",
  },
  PUBLIC_BASE_URL: {
    schema: line,
    says: "Where people reach the site",
    cure: "Give scheme and host alone, as https://example.com.",
    option: "baseUrl",
    isUrl: true,
  },
  SITE_NAME: {
    schema: line,
    says: "The name on pages and in mail",
    cure: "Give the name that people know the site by.",
    option: "siteName",
  },
  LINKLATCH_SECRET: {
    schema: list,
    says: "Signs cookies; of a list, the first signs and all verify",
    cure: "Make one with: openssl rand -base64 32",
    option: "secret",
    isSecret: true,
  },
  DATABASE_URL: {
    schema: database,
    says: "Where everything is kept",
    cure: "Give a file, as sqlite:linklatch.db, or postgres://user:password@host:5432/name, percent-encoded.",
    isUrl: true,
  },
  REDIS_URL: {
    schema: redisUrl,
    says: "Takes limits for many machines, beside PostgreSQL",
    cure: "Give it as rediss://user:password@host:6379, percent-encoded, or redis:// without encryption.",
    isUrl: true,
  },
  RESEND_API_KEY: {
    schema: apiKey,
    says: "Sends mail through Resend",
    cure: "Copy the key from resend.com, as re_….",
    isSecret: true,
  },
  RESEND_FROM: {
    schema: sender,
    says: "Sender of the mail, with Resend",
    cure: "Give it as: Example <login@example.com>",
  },
  RESEND_BASE_URL: {
    schema: apiUrl,
    says: "Where Resend's API is",
    cure: "Leave it out, or give an https address. Plain http works on this machine only.",
    isUrl: true,
  },
  SMTP_URL: {
    schema: smtpUrl,
    says: "Sends mail through a mail server",
    cure: "Give it as smtps://user:password@mail.example.com:465, percent-encoded, with no options after it.",
    isUrl: true,
  },
  MAIL_FROM: { schema: sender, says: "Sender of the mail", cure: "Give it as: Example <login@example.com>" },
  ADMIN_EMAILS: {
    schema: list,
    says: "Who may always sign in, and see /admin",
    cure: "List addresses, separated by commas.",
    option: "adminEmails",
  },
  SIGN_UP: {
    schema: v.picklist(["open", "allowlist", "closed"], "It is none of the three ways."),
    says: "Who may sign in for the first time",
    cure: "Choose open, allowlist or closed.",
    option: "signUp",
  },
  ALLOWED_EMAILS: {
    schema: list,
    says: "Addresses on the list",
    cure: "List addresses, separated by commas.",
    option: "allowedEmails",
  },
  ALLOWED_DOMAINS: {
    schema: list,
    says: "Domains on the list",
    cure: "List domains, separated by commas.",
    option: "allowedDomains",
  },
  ALLOWED_ORIGINS: {
    schema: list,
    says: "Other origins that a sign-in may lead to",
    cure: "List origins, as https://app.example.com.",
    option: "allowedOrigins",
  },
  TRUSTED_PROXIES: {
    schema: list,
    says: "Your own reverse proxies: only they are believed about a client's address, and told who is signed in",
    cure: PROXY_CURE,
    option: "trustedProxies",
  },
  LINK_TTL_MINUTES: {
    schema: number,
    says: "How long a link and a code last",
    cure: "Give minutes above 0 and at most 60; 10 is a good choice.",
    option: "linkTtlMinutes",
  },
  SESSION_IDLE_HOURS: {
    schema: number,
    says: "How long a session lasts unused",
    cure: "Give hours above 0 and at most 8760.",
    option: "sessionIdleHours",
  },
  SESSION_HOURS: {
    schema: number,
    says: "How long a session lasts at most",
    cure: "Give hours above 0 and at most 8760.",
    option: "sessionHours",
  },
  LIMIT_ASK_CLIENT: { schema: limit, says: "Asking, per client address", cure: LIMIT_CURE, option: "limits.askClient" },
  LIMIT_ASK_ADDRESS: { schema: limit, says: "Asking, per mail address", cure: LIMIT_CURE, option: "limits.askAddress" },
  LIMIT_ASK_BROWSER: {
    schema: limit,
    says: "Asking, per mail address in a browser that knows it",
    cure: LIMIT_CURE,
    option: "limits.askBrowser",
  },
  LIMIT_REDEEM_CLIENT: {
    schema: limit,
    says: "Redeeming, per client address",
    cure: LIMIT_CURE,
    option: "limits.redeemClient",
  },
  KEEP_REQUESTS_DAYS: {
    schema: days,
    says: "How long requests and their links are kept",
    cure: DAYS_CURE,
    option: "retention.requestDays",
  },
  KEEP_SESSIONS_DAYS: {
    schema: days,
    says: "How long sessions are kept after their end",
    cure: DAYS_CURE,
    option: "retention.sessionDays",
  },
  LOG_LEVEL: {
    schema: v.picklist(["debug", "info", "warn", "error"], "It is no level."),
    says: "How much is logged",
    cure: "Choose debug, info, warn or error.",
  },
  LOG_EMAILS: {
    schema: yesOrNo,
    says: "Log mail addresses in clear",
    cure: "Give true or false.",
    option: "logEmails",
  },
  METRICS_ALLOW: { schema: list, says: "Clients that may read /metrics", cure: PROXY_CURE },
} as const satisfies Record<string, Variable>

export interface Variable {
  readonly schema: v.GenericSchema<string, unknown>
  readonly says: string
  readonly cure: string
  readonly option?: string
  /** Its value is never shown. */
  readonly isSecret?: true
  /** It may carry credentials, which are never shown. */
  readonly isUrl?: true
}

export type VariableName = keyof typeof variables
export type VariableValues = { readonly [Name in VariableName]?: v.InferOutput<(typeof variables)[Name]["schema"]> }

export const variableNames = Object.keys(variables) as readonly VariableName[]

function readLimit(text: string): LimitOption {
  const [max = "", window = ""] = text.split("/")
  const unit = window.at(-1) as keyof typeof MINUTES_PER
  return { max: Number(max), minutes: Number(window.slice(0, -1)) * MINUTES_PER[unit] }
}

function splitList(text: string): readonly string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "")
}

// The key goes there with every call: in clear to this machine only.
function isApiUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.username || url.password || url.search || url.hash) return false
  return (
    url.protocol === "https:" ||
    (url.protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname))
  )
}
