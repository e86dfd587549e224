import type { LinklatchOptions } from "../core/options.ts"

export type Mode = "development" | "production"
export type LogLevel = "debug" | "info" | "warn" | "error"

/** What the server runs on, after checking. */
export interface ServerConfig {
  readonly mode: Mode
  readonly host: string
  /** 0: the system picks one. */
  readonly port: number
  /** The base URL names the port that the server listens on, whichever that will be. */
  readonly isBaseUrlLocal: boolean
  readonly options: PlainOptions
  readonly database: DatabaseConfig
  /** Beside PostgreSQL only. */
  readonly redis: RedisConfig | null
  readonly mail: MailConfig
  readonly outlets: OutletsConfig
  readonly logLevel: LogLevel
  readonly metricsAllow: readonly string[]
}

/** The library's options, but for the parts that the server builds. */
export type PlainOptions = Omit<LinklatchOptions, "store" | "mail" | "log" | "worker" | "clock" | "random">

export type DatabaseConfig =
  | { readonly engine: "sqlite"; readonly path: string }
  /** Of `pg`: `postgres://user:password@host:5432/name?sslmode=verify-full`. */
  | { readonly engine: "postgres"; readonly url: string }

export interface RedisConfig {
  readonly url: string
}

export type MailConfig =
  | { readonly by: "smtp"; readonly url: string; readonly from: string }
  | { readonly by: "resend"; readonly apiKey: string; readonly from: string; readonly baseUrl: string | null }
  /** Development only: kept in memory, shown at /dev/mailbox. */
  | { readonly by: "mailbox" }
  /** Development only: the link goes to the log. */
  | { readonly by: "log" }

/** Where checkpoints of the audit log go. */
export interface OutletsConfig {
  readonly file: string | null
  readonly witnesses: readonly WitnessConfig[]
  readonly syslog: string | null
  readonly webhook: { readonly url: string; readonly secret: readonly string[] } | null
}

export interface WitnessConfig {
  /** Its verifier key. */
  readonly key: string
  readonly url: string
}

/** Everything in the configuration that must never be printed. */
export function secretsOf(config: ServerConfig): readonly string[] {
  const { options, mail, database, redis, outlets } = config
  const secrets = [options.secret, options.audit?.key ?? []].flat()
  if (mail.by === "resend") secrets.push(mail.apiKey)
  if (mail.by === "smtp") secrets.push(...passwordsOf(mail.url))
  // Such an address is often a secret itself.
  if (outlets.webhook !== null) secrets.push(outlets.webhook.url, ...outlets.webhook.secret)
  return [...secrets, ...databaseSecretsOf(database), ...redisSecretsOf(redis)]
}

/** The part of them that a command knows which needs nothing but the database. */
export function databaseSecretsOf(database: DatabaseConfig): readonly string[] {
  return database.engine === "postgres" ? passwordsOf(database.url) : []
}

export function redisSecretsOf(redis: RedisConfig | null): readonly string[] {
  return redis === null ? [] : passwordsOf(redis.url)
}

function passwordsOf(text: string): readonly string[] {
  const url = URL.parse(text)
  // PostgreSQL takes it as a parameter, too.
  const asParameter = url?.searchParams.get("password") ?? ""
  const password = url?.password ?? ""
  const all = [asParameter, encodeURIComponent(asParameter), password, decodedOrAsIs(password)]
  return [...new Set(all)].filter((one) => one !== "")
}

// A lone % is the password as it stands.
function decodedOrAsIs(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
