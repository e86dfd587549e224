import { type Address, canonicalAddress, canonicalDomain } from "./addresses/canonical-address.ts"
import { DAY, HOUR, MINUTE } from "./clock.ts"
import type { ConfigurationFault } from "./fault.ts"
import type { Limit } from "./limits/limit.ts"
import type { LimitOption, LinklatchOptions, SignUp } from "./options.ts"

/** The options after checking, in the units that the code works in. Durations are milliseconds. */
export interface Settings {
  /** `https://example.com`: scheme, host and port, no path. */
  readonly origin: string
  readonly isHttps: boolean
  readonly siteName: string
  /** The first signs, all verify. */
  readonly secrets: readonly [string, ...string[]]
  readonly adminEmails: ReadonlySet<Address>
  readonly signUp: SignUp
  readonly allowedEmails: ReadonlySet<Address>
  readonly allowedDomains: ReadonlySet<string>
  readonly allowedOrigins: readonly string[]
  readonly linkTtl: number
  readonly sessionIdleTtl: number
  readonly sessionTtl: number
  /** Null: kept for ever. */
  readonly retention: {
    readonly requests: number | null
    readonly sessions: number | null
    /** Personal data of events that names no user. */
    readonly persons: number | null
  }
  readonly audit: {
    /** Secrets that keys are derived from: the first signs, all verify. */
    readonly keys: readonly [string, ...string[]]
    readonly origin: string
    /** Where the log is served, or null. */
    readonly path: string | null
  }
  /** Null: off. */
  readonly limits: { readonly [Name in keyof Required<NonNullable<LinklatchOptions["limits"]>>]: Limit | null }
}

const MIN_SECRET_LENGTH = 32
const MAX_ORIGIN_LENGTH = 200
const MAX_LINK_MINUTES = 60
// A clock that is wrong by hours must not make anything go that lives (decisions/046).
const MIN_DAYS = 1
const MAX_DAYS = 3_650
const DEFAULT_LIMITS = {
  askClient: { max: 5, minutes: 15 },
  askAddress: { max: 3, minutes: 60 },
  askBrowser: { max: 3, minutes: 60 },
  redeemClient: { max: 20, minutes: 15 },
} as const satisfies LinklatchOptions["limits"]

/** Checks all options at once. The settings are only to be used where there are no faults. */
export function readSettings(options: LinklatchOptions): { settings: Settings; faults: readonly ConfigurationFault[] } {
  const faults: ConfigurationFault[] = []
  const fault = (setting: string, problem: string, cure: string) => faults.push({ setting, problem, cure })
  const origin = readOrigin("baseUrl", options.baseUrl, fault)
  const secrets = readSecrets("secret", options.secret, fault)
  const settings: Settings = {
    origin,
    isHttps: origin.startsWith("https:"),
    siteName: readSiteName(options.siteName, fault),
    secrets,
    adminEmails: readAddresses("adminEmails", options.adminEmails, fault),
    signUp: readSignUp(options.signUp, fault),
    allowedEmails: readAddresses("allowedEmails", options.allowedEmails, fault),
    allowedDomains: readDomains(options.allowedDomains, fault),
    allowedOrigins: (options.allowedOrigins ?? []).map((text) => readOrigin("allowedOrigins", text, fault)),
    linkTtl: readTime("linkTtlMinutes", options.linkTtlMinutes ?? 10, MAX_LINK_MINUTES, MINUTE, fault),
    sessionIdleTtl: readTime("sessionIdleHours", options.sessionIdleHours ?? 168, 8_760, HOUR, fault),
    sessionTtl: readTime("sessionHours", options.sessionHours ?? 720, 8_760, HOUR, fault),
    retention: {
      requests: readDays("retention.requestDays", options.retention?.requestDays ?? 7, fault),
      sessions: readDays("retention.sessionDays", options.retention?.sessionDays ?? 30, fault),
      persons: readDays("audit.personDays", options.audit?.personDays ?? 90, fault),
    },
    audit: {
      keys: readLogKeys(options.audit?.key, secrets, fault),
      origin: readLogOrigin(options.audit?.origin ?? `${origin.replace(/^https?:\/\//, "")}/auth/log`, fault),
      path: options.audit?.path === undefined ? null : readLogPath(options.audit.path, fault),
    },
    limits: readLimits(options.limits, fault),
  }
  const listed = settings.adminEmails.size + settings.allowedEmails.size + settings.allowedDomains.size
  if (settings.signUp === "allowlist" && listed === 0) {
    fault("signUp", "Only listed addresses may sign in, and none is listed.", "List some, or choose `open`.")
  }
  return { settings, faults }
}

type Report = (setting: string, problem: string, cure: string) => void

function readOrigin(setting: string, text: unknown, fault: Report): string {
  const url = typeof text === "string" ? URL.parse(text) : null
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:"
  if (url === null || !isWeb || url.pathname !== "/" || url.search || url.hash || url.username || url.password) {
    fault(setting, "It is not the address of a site.", "Give scheme and host alone, as https://example.com.")
    return "https://invalid.invalid"
  }
  return url.origin
}

function readSiteName(text: unknown, fault: Report): string {
  if (typeof text === "string" && text.trim() !== "" && text.length <= 100 && !/\p{Cc}|\p{Zl}|\p{Zp}/u.test(text))
    return text.trim()
  fault(
    "siteName",
    "It is empty, longer than 100 characters, or has a line break.",
    "Give the name that people know the site by.",
  )
  return "Linklatch"
}

function readSecrets(setting: string, secret: unknown, fault: Report): readonly [string, ...string[]] {
  const list: readonly unknown[] = Array.isArray(secret) ? secret : [secret]
  const secrets = list.filter((one): one is string => typeof one === "string" && one.length >= MIN_SECRET_LENGTH)
  const [first, ...rest] = secrets
  if (first !== undefined && secrets.length === list.length) return [first, ...rest]
  const problem = `A secret has fewer than ${MIN_SECRET_LENGTH} characters.`
  fault(setting, problem, "Make one with: openssl rand -base64 32")
  return ["0".repeat(MIN_SECRET_LENGTH)]
}

// What the secrets signed before there was a key for the log alone stays verifiable.
function readLogKeys(key: unknown, secrets: Settings["secrets"], fault: Report): Settings["audit"]["keys"] {
  return key === undefined ? secrets : [...readSecrets("audit.key", key, fault), ...secrets]
}

// Key names take neither blanks nor "+" (C2SP signed-note).
function readLogOrigin(text: unknown, fault: Report): string {
  if (typeof text === "string" && text.length <= MAX_ORIGIN_LENGTH && /^[!-*,-~]+$/.test(text)) return text
  fault("audit.origin", "It is not the name of a log.", "Give one as login.example.com/auth/log/2.")
  return "invalid.invalid/auth/log"
}

// What is below it must be nobody else's.
const TAKEN = /^\/auth\/(?:account|admin|api|assets|check-mail|code|jwks|link|sign-in|sign-out|verify)(?:\/|$)/

function readLogPath(text: unknown, fault: Report): string | null {
  const isPath = typeof text === "string" && text.length <= MAX_ORIGIN_LENGTH && /^(?:\/[a-z0-9-]+)+$/.test(text)
  if (isPath && text.startsWith("/auth/") && !TAKEN.test(text)) return text
  fault("audit.path", "It is not a path that a log can be served below.", "Give one as /auth/log, or leave it out.")
  return null
}

function readSignUp(signUp: unknown, fault: Report): SignUp {
  if (signUp === undefined) return "open"
  if (signUp === "open" || signUp === "allowlist" || signUp === "closed") return signUp
  fault("signUp", "It is none of the three ways.", "Choose open, allowlist or closed.")
  return "closed"
}

function readAddresses(setting: string, list: readonly string[] | undefined, fault: Report): ReadonlySet<Address> {
  const addresses = new Set<Address>()
  for (const text of list ?? []) {
    const outcome = typeof text === "string" ? canonicalAddress(text) : { status: "invalid" as const }
    if (outcome.status === "valid") addresses.add(outcome.address)
    else fault(setting, `"${text}" is not a mail address.`, "Give addresses as ada@example.com.")
  }
  return addresses
}

function readDomains(list: readonly string[] | undefined, fault: Report): ReadonlySet<string> {
  const domains = new Set<string>()
  for (const text of list ?? []) {
    const domain = typeof text === "string" ? canonicalDomain(text) : null
    if (domain === null) fault("allowedDomains", `"${text}" is not a domain.`, "Give domains as example.com.")
    else domains.add(domain)
  }
  return domains
}

function readLimits(limits: LinklatchOptions["limits"], fault: Report): Settings["limits"] {
  const read = (name: keyof Settings["limits"]): Limit | null => {
    const option: LimitOption | false = limits?.[name] ?? DEFAULT_LIMITS[name]
    if (option === false) return null
    const max = readNumber(`limits.${name}`, option.max, 1_000, fault)
    if (!Number.isInteger(max)) fault(`limits.${name}`, "It counts in fractions.", "Give a whole number.")
    return { max, windowMs: readTime(`limits.${name}`, option.minutes, 1_440, MINUTE, fault) }
  }
  return {
    askClient: read("askClient"),
    askAddress: read("askAddress"),
    askBrowser: read("askBrowser"),
    redeemClient: read("redeemClient"),
  }
}

function readDays(setting: string, days: unknown, fault: Report): number | null {
  if (days === false) return null
  if (typeof days === "number" && days >= MIN_DAYS && days <= MAX_DAYS) return Math.round(days * DAY)
  const cure = `Give a number from ${MIN_DAYS} to ${MAX_DAYS}, or turn it off to keep them for ever.`
  fault(setting, "It is not a number of days in range.", cure)
  return null
}

// Stores count in whole milliseconds, and PostgreSQL takes no others: 4.1 minutes are 245 999.99999999997 of them.
function readTime(setting: string, value: unknown, max: number, unit: number, fault: Report): number {
  return Math.max(1, Math.round(readNumber(setting, value, max, fault) * unit))
}

function readNumber(setting: string, value: unknown, max: number, fault: Report): number {
  if (typeof value === "number" && value > 0 && value <= max) return value
  fault(setting, "It is not a number in range.", `Give a number above 0 and at most ${max}.`)
  return 1
}
