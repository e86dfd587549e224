import * as v from "valibot"
import type { LimitOption } from "../core/options.ts"
import { readSender } from "../mail/sender.ts"
import { readSmtpServerUrl } from "../mail/smtp-server-url.ts"
import { isRedisUrl, readDatabaseUrl } from "./database-url.ts"
import type { DatabaseConfig } from "./server-config.ts"

/** One setting as it is read from the environment. */
export interface Variable {
  readonly schema: v.GenericSchema<string, unknown>
  readonly says: string
  readonly cure: string
  readonly option?: string
  /** Its value is never shown. */
  readonly isSecret?: true
  /** It may carry credentials, which are never shown. */
  readonly isUrl?: true
  /** How it is shown, where that is otherwise. It may be anything: what is at fault is shown too. */
  readonly show?: (text: string) => string
}

// A schema's message never repeats the value: it may be a secret.
const MINUTES_PER = { s: 1 / 60, m: 1, h: 60 } as const

export const line = v.string()
export const number = v.pipe(v.string(), v.regex(/^\d{1,9}(\.\d{1,6})?$/, "It is not a number."), v.transform(Number))
export const limit = v.pipe(
  v.string(),
  v.regex(/^(\d{1,9}\/\d{1,9}[smh]|off)$/, "It is not a limit."),
  v.transform((text) => (text === "off" ? (false as const) : readLimit(text))),
)
export const days = v.pipe(
  v.string(),
  v.regex(/^(\d{1,9}(\.\d{1,6})?|off)$/, "It is not a number of days."),
  v.transform((text) => (text === "off" ? (false as const) : Number(text))),
)
export const fileOrOff = v.pipe(
  v.string(),
  v.transform((text) => (text === "off" ? (false as const) : text)),
)
export const list = v.pipe(v.string(), v.transform(splitList))
export const apiKey = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{8,200}$/, "It is not an API key."))
export const apiUrl = v.pipe(v.string(), v.check(isApiUrl, "It is not an https address."))
export const smtpUrl = v.pipe(
  v.string(),
  v.check((text) => readSmtpServerUrl(text) !== null, "It is not the address of a mail server."),
)
export const sender = v.pipe(
  v.string(),
  v.check((text) => readSender(text) !== null, "It is not a sender."),
)
export const yesOrNo = v.pipe(
  v.picklist(["true", "false", "1", "0"], "It is neither true nor false."),
  v.transform((text) => text === "true" || text === "1"),
)
export const database = v.pipe(
  v.string(),
  v.check((text) => readDatabaseUrl(text) !== null, "It is not the address of a database."),
  v.transform((text) => readDatabaseUrl(text) as DatabaseConfig),
)
export const redisUrl = v.pipe(v.string(), v.check(isRedisUrl, "It is not the address of a Redis."))
export const port = v.pipe(
  v.string(),
  v.regex(/^\d{1,5}$/, "It is not a port."),
  v.transform(Number),
  v.maxValue(65_535, "It is not a port."),
)

export const DAYS_CURE = "Give a number of days from 1 to 3650; or off, which keeps them for ever."

function readLimit(text: string): LimitOption {
  const [max = "", window = ""] = text.split("/")
  const unit = window.at(-1) as keyof typeof MINUTES_PER
  return { max: Number(max), minutes: Number(window.slice(0, -1)) * MINUTES_PER[unit] }
}

export function splitList(text: string): readonly string[] {
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
