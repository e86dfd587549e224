import { DAY, HOUR, MINUTE } from "../core/clock.ts"
import { journalBeside } from "../core/erasing/erasure-journal.ts"
import type { Limit } from "../core/limits/limit.ts"
import type { Settings } from "../core/settings.ts"
import { MISSING_BASE_URL } from "./choose-config.ts"
import type { VariableText, VariableTexts } from "./read-variables.ts"
import type { Mode, ServerConfig } from "./server-config.ts"
import type { Variable } from "./variable-shapes.ts"
import { type VariableName, variableNames, variables } from "./variables.ts"

/** What a setting stands at, fit to be shown to anybody. */
export interface SettingState {
  readonly name: VariableName
  readonly says: string
  readonly state: "set" | "secret_set" | "default" | "development_default" | "not_set"
  /** Null for a secret, and where there is nothing. */
  readonly value: string | null
  /** The file that NAME_FILE names, or null. */
  readonly file: string | null
}

/** The state of every setting; never the value of a secret, and no credentials of a URL. */
export function describeSettings(
  texts: VariableTexts,
  config: ServerConfig,
  settings: Settings,
): readonly SettingState[] {
  const defaults = describeDefaults(config, settings)
  return variableNames.map((name) => {
    const set = texts.get(name)
    return set === undefined ? unsetState(name, defaults[name] ?? null, config.mode) : setState(name, set)
  })
}

function setState(name: VariableName, { text, file }: VariableText): SettingState {
  const { says, isSecret, isUrl, show = isUrl ? maskUrl : asItIs }: Variable = variables[name]
  if (isSecret) return { name, says, state: "secret_set", value: null, file }
  return { name, says, state: "set", value: show(text), file }
}

const asItIs = (text: string): string => text

function unsetState(name: VariableName, value: string | null, mode: Mode): SettingState {
  const isDevelopmentDefault = mode === "development" && DEVELOPMENT_DEFAULTS.has(name)
  const state = isDevelopmentDefault ? "development_default" : value === null ? "not_set" : "default"
  return { name, says: variables[name].says, state, value, file: null }
}

/** Credentials and query replaced, so that an address can be shown. */
function maskUrl(text: string): string {
  if (text.startsWith("sqlite:")) return text
  const url = URL.parse(text)
  if (url === null || url.host === "") return "(unreadable)"
  const credentials = url.username === "" && url.password === "" ? "" : "***@"
  // A password with a slash in it, unescaped, is read as a path: what follows the host is never shown (P12).
  const isMore = url.pathname.length > 1 || url.search !== ""
  return `${url.protocol}//${credentials}${url.host}${isMore ? "/…" : ""}`
}

const DEVELOPMENT_DEFAULTS: ReadonlySet<VariableName> = new Set([
  "HOST",
  "PUBLIC_BASE_URL",
  "SITE_NAME",
  "LINKLATCH_SECRET",
  "DATABASE_URL",
  "LIMIT_ASK_CLIENT",
  "LIMIT_ASK_ADDRESS",
  "LIMIT_REDEEM_CLIENT",
])

function describeDefaults(config: ServerConfig, settings: Settings): Partial<Record<VariableName, string>> {
  const { limits, retention } = settings
  return {
    HOST: config.host,
    PORT: String(config.port),
    ...(config.options.baseUrl !== MISSING_BASE_URL && {
      PUBLIC_BASE_URL: config.options.baseUrl,
      SITE_NAME: config.options.siteName,
    }),
    ...(config.database.engine === "sqlite" && { DATABASE_URL: `sqlite:${config.database.path}` }),
    ...(config.mode === "development" && { LINKLATCH_SECRET: "kept in .linklatch/secret" }),
    ...(config.mail.by === "resend" && { RESEND_BASE_URL: "https://api.resend.com" }),
    SIGN_UP: settings.signUp,
    LINK_TTL_MINUTES: String(settings.linkTtl / MINUTE),
    SESSION_IDLE_HOURS: String(settings.sessionIdleTtl / HOUR),
    SESSION_HOURS: String(settings.sessionTtl / HOUR),
    LIMIT_ASK_CLIENT: describeLimit(limits.askClient),
    LIMIT_ASK_ADDRESS: describeLimit(limits.askAddress),
    LIMIT_ASK_BROWSER: describeLimit(limits.askBrowser),
    LIMIT_REDEEM_CLIENT: describeLimit(limits.redeemClient),
    AUDIT_KEY: "made from LINKLATCH_SECRET",
    AUDIT_ORIGIN: settings.audit.origin,
    AUDIT_PATH: settings.audit.path ?? "off",
    AUDIT_PII_DAYS: describeDays(retention.persons),
    ...(config.database.engine === "sqlite" && { ERASURE_JOURNAL: journalBeside(config.database.path) }),
    KEEP_REQUESTS_DAYS: describeDays(retention.requests),
    KEEP_SESSIONS_DAYS: describeDays(retention.sessions),
    LOG_LEVEL: config.logLevel,
    LOG_EMAILS: "false",
    METRICS_ALLOW: config.metricsAllow.join(","),
  }
}

function describeDays(kept: number | null): string {
  return kept === null ? "off" : String(kept / DAY)
}

function describeLimit(limit: Limit | null): string {
  if (limit === null) return "off"
  const { max, windowMs } = limit
  return windowMs % HOUR === 0 ? `${max}/${windowMs / HOUR}h` : `${max}/${windowMs / MINUTE}m`
}
