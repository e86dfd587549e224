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
  readonly database: { readonly engine: "sqlite"; readonly path: string }
  readonly mail: MailConfig
  readonly logLevel: LogLevel
  readonly metricsAllow: readonly string[]
}

/** The library's options, but for the parts that the server builds. */
export type PlainOptions = Omit<LinklatchOptions, "store" | "mail" | "log" | "worker" | "clock" | "random">

export type MailConfig =
  | { readonly by: "smtp"; readonly url: string; readonly from: string }
  | { readonly by: "resend"; readonly apiKey: string; readonly from: string; readonly baseUrl: string | null }
  /** Development only: kept in memory, shown at /dev/mailbox. */
  | { readonly by: "mailbox" }
  /** Development only: the link goes to the log. */
  | { readonly by: "log" }

/** Everything in the configuration that must never be printed. */
export function secretsOf(config: ServerConfig): readonly string[] {
  const { options, mail } = config
  const secrets = typeof options.secret === "string" ? [options.secret] : [...options.secret]
  if (mail.by === "resend") secrets.push(mail.apiKey)
  if (mail.by === "smtp") secrets.push(...passwordsOf(mail.url))
  return secrets
}

function passwordsOf(url: string): readonly string[] {
  const password = URL.parse(url)?.password ?? ""
  if (password === "") return []
  try {
    return [...new Set([password, decodeURIComponent(password)])]
  } catch {
    // A lone % is the password as it stands.
    return [password]
  }
}
