import { keepDevelopmentSecret, lookAtDevelopmentSecret } from "./development-secret.ts"
import { readMailConfig } from "./mail-config.ts"
import { readOutletsConfig } from "./outlets-config.ts"
import type { Mode, ServerConfig } from "./server-config.ts"
import type { FaultList } from "./setting-fault.ts"
import type { VariableValues } from "./variables.ts"

export interface ConfigContext {
  /** Whose defaults hold: those of `linklatch dev`, or those of `linklatch serve`. */
  readonly command: "dev" | "serve"
  /** Where `.linklatch/` is kept in development. */
  readonly directory: string
  /** True where nothing shall be made, not even the secret of development. */
  readonly isOnlyLooking?: boolean
}

/** Stands where production has no base URL: the server doesn't start with it. */
export const MISSING_BASE_URL = "https://invalid.invalid"

/** Fills the gaps between what is set. Development fills them all; what production may not lack is a fault elsewhere. */
export function chooseConfig(
  values: VariableValues,
  mode: Mode,
  context: ConfigContext,
  faults: FaultList,
): ServerConfig {
  const isDev = context.command === "dev"
  const port = values.PORT ?? 3000
  const defaults =
    mode === "development" ? developmentDefaults(values, port, context, faults) : productionDefaults(values)
  const database = values.DATABASE_URL ?? { engine: "sqlite", path: defaults.path }
  return {
    mode,
    host: values.HOST ?? (isDev ? "127.0.0.1" : "0.0.0.0"),
    port,
    isBaseUrlLocal: mode === "development" && values.PUBLIC_BASE_URL === undefined,
    options: mergeOptions(defaults.options, optionsOf(values)),
    database,
    // What it may not stand beside is told elsewhere.
    redis: values.REDIS_URL === undefined || database.engine === "sqlite" ? null : { url: values.REDIS_URL },
    mail: readMailConfig(values, mode, isDev ? "mailbox" : "log", faults),
    outlets: readOutletsConfig(values, faults),
    logLevel: values.LOG_LEVEL ?? "info",
    metricsAllow: values.METRICS_ALLOW ?? ["127.0.0.1", "::1"],
  }
}

interface Defaults {
  readonly options: Pick<ServerConfig["options"], "baseUrl" | "siteName" | "secret" | "limits">
  readonly path: string
}

// Whoever builds a site signs in again and again, with the same few addresses.
const ROOMY = { max: 100, minutes: 15 }

function developmentDefaults(
  values: VariableValues,
  port: number,
  { directory, isOnlyLooking = false }: ConfigContext,
  faults: FaultList,
): Defaults {
  const secret =
    values.LINKLATCH_SECRET ??
    (isOnlyLooking ? lookAtDevelopmentSecret(directory) : developmentSecret(directory, faults))
  const limits = { askClient: ROOMY, askAddress: ROOMY, redeemClient: ROOMY }
  const options = { baseUrl: `http://localhost:${port}`, siteName: "Linklatch (development)", secret, limits }
  return { options, path: ".linklatch/dev.db" }
}

function productionDefaults({ PUBLIC_BASE_URL: baseUrl = MISSING_BASE_URL }: VariableValues): Defaults {
  const siteName = URL.parse(baseUrl)?.host || "Linklatch"
  return { options: { baseUrl, siteName, secret: PLACEHOLDER_SECRET }, path: "linklatch.db" }
}

// Only so that the other options can be checked: without a secret of its own, production is at fault.
const PLACEHOLDER_SECRET = "-".repeat(32)

function developmentSecret(directory: string, faults: FaultList): string {
  if (faults.has("LINKLATCH_SECRET")) return PLACEHOLDER_SECRET
  try {
    return keepDevelopmentSecret(directory)
  } catch (cause) {
    const problem = `No secret could be kept here: ${cause instanceof Error ? cause.message : "unknown reason"}`
    faults.add("LINKLATCH_SECRET", problem, "Run in a folder that can be written, or set LINKLATCH_SECRET.")
    return PLACEHOLDER_SECRET
  }
}

// Each limit for itself: who sets one keeps the defaults of the others.
function mergeOptions(defaults: Defaults["options"], set: ReturnType<typeof optionsOf>): ServerConfig["options"] {
  return { ...defaults, ...set, limits: { ...defaults.limits, ...set.limits } }
}

function optionsOf(values: VariableValues) {
  return present({
    baseUrl: values.PUBLIC_BASE_URL,
    siteName: values.SITE_NAME,
    secret: values.LINKLATCH_SECRET,
    adminEmails: values.ADMIN_EMAILS,
    signUp: values.SIGN_UP,
    allowedEmails: values.ALLOWED_EMAILS,
    allowedDomains: values.ALLOWED_DOMAINS,
    allowedOrigins: values.ALLOWED_ORIGINS,
    trustedProxies: values.TRUSTED_PROXIES,
    linkTtlMinutes: values.LINK_TTL_MINUTES,
    sessionIdleHours: values.SESSION_IDLE_HOURS,
    sessionHours: values.SESSION_HOURS,
    logEmails: values.LOG_EMAILS,
    audit: present({
      key: values.AUDIT_KEY,
      origin: values.AUDIT_ORIGIN,
      path: values.AUDIT_PATH,
      personDays: values.AUDIT_PII_DAYS,
      erasureJournal: values.ERASURE_JOURNAL,
    }),
    retention: present({ requestDays: values.KEEP_REQUESTS_DAYS, sessionDays: values.KEEP_SESSIONS_DAYS }),
    limits: present({
      askClient: values.LIMIT_ASK_CLIENT,
      askAddress: values.LIMIT_ASK_ADDRESS,
      askBrowser: values.LIMIT_ASK_BROWSER,
      redeemClient: values.LIMIT_REDEEM_CLIENT,
    }),
  })
}

function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
