import * as v from "valibot"
import { auditVariables } from "./audit-variables.ts"
import { outletVariables } from "./outlet-variables.ts"
import {
  apiKey,
  apiUrl,
  DAYS_CURE,
  database,
  days,
  limit,
  line,
  list,
  number,
  port,
  redisUrl,
  sender,
  smtpUrl,
  type Variable,
  yesOrNo,
} from "./variable-shapes.ts"

const LIMIT_CURE =
  "Write at most how many in which time, as 5/15m or 3/1h; or off, where something in front limits already."
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
  ...auditVariables,
  ...outletVariables,
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

export type VariableName = keyof typeof variables
export type VariableValues = { readonly [Name in VariableName]?: v.InferOutput<(typeof variables)[Name]["schema"]> }

export const variableNames = Object.keys(variables) as readonly VariableName[]
