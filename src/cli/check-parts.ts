import { lookup } from "node:dns/promises"
import { constants, existsSync } from "node:fs"
import { access } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import type { MailTransport } from "../core/mail/transport.ts"
import type { ServerConfig } from "../server/server-config.ts"

/** One thing that the doctor tried. A warning is worth a look and fails nothing. */
export interface Check {
  readonly name: "database" | "mail" | "base_url" | "test_message"
  readonly status: "ok" | "warning" | "failed"
  readonly says: string
}

/** Reads the database without making or migrating it: looking must not change anything. */
export async function checkDatabase({ database }: ServerConfig): Promise<Check> {
  const { path } = database
  try {
    if (path !== ":memory:" && existsSync(path)) {
      const { DatabaseSync } = await import("node:sqlite")
      const opened = new DatabaseSync(path, { readOnly: true })
      opened.prepare("select count(*) from sqlite_schema").get()
      opened.close()
      return { name: "database", status: "ok", says: `${path} opens and answers.` }
    }
    if (path !== ":memory:") await access(nearestFolder(path), constants.W_OK)
    return { name: "database", status: "ok", says: `${path} doesn't exist yet; it is made at the first start.` }
  } catch (error) {
    return { name: "database", status: "failed", says: `${path} can't be used: ${messageOf(error)}` }
  }
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

function nearestFolder(path: string): string {
  let folder = dirname(resolve(path))
  while (!existsSync(folder)) folder = dirname(folder)
  return folder
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
