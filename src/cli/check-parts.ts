import { lookup } from "node:dns/promises"
import type { MailTransport } from "../core/mail/transport.ts"
import type { ServerConfig } from "../server/server-config.ts"

type CheckName =
  | "database"
  /** These with PostgreSQL alone. */
  | "clock"
  | "pooler"
  | "tables"
  | "event_log"
  | "erasures"
  | "sealing"
  | "redis"
  | "mail"
  | "base_url"
  | "test_message"

/** One thing that the doctor tried. A warning is worth a look and fails nothing. */
export interface Check {
  readonly name: CheckName
  readonly status: "ok" | "warning" | "failed"
  readonly says: string
}

export async function checkMail(config: ServerConfig, transport: MailTransport): Promise<Check> {
  if (config.mail.by === "mailbox" || config.mail.by === "log") {
    return { name: "mail", status: "ok", says: `No mail leaves this machine (${config.mail.by}).` }
  }
  try {
    await transport.verify()
    return { name: "mail", status: "ok", says: `${transport.name} is there and takes our credentials.` }
  } catch (error) {
    return { name: "mail", status: "failed", says: messageOf(error) }
  }
}

/** A name that doesn't resolve here may still do so for the world: a warning. */
export async function checkBaseUrl({ options }: ServerConfig): Promise<Check> {
  const { hostname } = new URL(options.baseUrl)
  try {
    await lookup(hostname.replace(/^\[(.*)\]$/, "$1"))
    return { name: "base_url", status: "ok", says: `${options.baseUrl} resolves.` }
  } catch (error) {
    return { name: "base_url", status: "warning", says: `${hostname} can't be found from here (${messageOf(error)}).` }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
