import { HOUR, MINUTE } from "../core/clock.ts"
import type { Limit } from "../core/limits/limit.ts"
import type { Settings } from "../core/settings.ts"
import type { VariableTexts } from "./read-variables.ts"
import type { ServerConfig } from "./server-config.ts"
import { type Variable, type VariableName, variableNames, variables } from "./variables.ts"

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
export function describeSettings(texts: VariableTexts, config: ServerConfig, settings: Settings): readonly SettingState[] {
  const defaults = describeDefaults(config, settings)
  return variableNames.map((name): SettingState => {
    const { says, isSecret, isUrl }: Variable = variables[name]
    const set = texts.get(name)
    if (set !== undefined) {
      const value = isSecret ? null : isUrl ? maskUrl(set.text) : set.text
      return { name, says, state: isSecret ? "secret_set" : "set", value, file: set.file }
    }
    const value = defaults[name] ?? null
    if (config.mode === "development" && DEVELOPMENT_DEFAULTS.has(name)) {
      return { name, says, state: "development_default", value, file: null }
    }
    return { name, says, state: value === null ? "not_set" : "default", value, file: null }
  })
}

/** Credentials and query replaced, so that an address can be shown. */
export function maskUrl(text: string): string {
  if (text.startsWith("sqlite:")) return text
  const url = URL.parse(text)
  if (url === null || url.host === "") return "(unreadable)"
  const credentials = url.username === "" && url.password === "" ? "" : "***@"
  return `${url.protocol}//${credentials}${url.host}${url.pathname === "/" ? "" : url.pathname}${url.search === "" ? "" : "?***"}`
}

const DEVELOPMENT_DEFAULTS: ReadonlySet<VariableName> = new Set(["HOST", "PUBLIC_BASE_URL", "SITE_NAME", "LINKLATCH_SECRET", "DATABASE_URL"])

function describeDefaults(config: ServerConfig, settings: Settings): Partial<Record<VariableName, string>> {
  const { limits } = settings
  return {
    HOST: config.host,
    PORT: String(config.port),
    ...(config.options.baseUrl !== MISSING_BASE_URL && { PUBLIC_BASE_URL: config.options.baseUrl, SITE_NAME: config.options.siteName }),
    DATABASE_URL: `sqlite:${config.database.path}`,
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
    LOG_LEVEL: config.logLevel,
    LOG_EMAILS: "false",
    METRICS_ALLOW: config.metricsAllow.join(","),
  }
}

/** Stands where production has no base URL: the server doesn't start with it. */
export const MISSING_BASE_URL = "https://invalid.invalid"

function describeLimit({ max, windowMs }: Limit): string {
  return windowMs % HOUR === 0 ? `${max}/${windowMs / HOUR}h` : `${max}/${windowMs / MINUTE}m`
}
