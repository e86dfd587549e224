import { chownSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { freePort } from "../../test/free-port.ts"
import { programPath, programs } from "../ensure-program.ts"
import { askPostgres } from "./ask-postgres.ts"
import { keepServer, type OwnServer } from "./keep-server.ts"
import { ownFolder } from "./own-folder.ts"
import { serverUser } from "./server-user.ts"

export interface PgBouncerOptions {
  /** Where it leads to. With its password, as every one of `urls`. */
  readonly url: string
  /** More who come through it, to the same server. */
  readonly otherUrls?: readonly string[]
  /** `transaction`, as it mostly stands: each transaction may meet another connection. */
  readonly poolMode?: "session" | "transaction"
  /** More of pgbouncer.ini. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Starts a PgBouncer of our own in front of a server. Its `url` is the one given, at another port. */
export async function startPgBouncer(options: PgBouncerOptions): Promise<OwnServer> {
  const command = programPath(programs.pgbouncer)
  const folder = ownFolder("pgbouncer")
  const port = await freePort()
  const file = join(folder, "pgbouncer.ini")
  writePrivately(join(folder, "users.txt"), usersOf([options.url, ...(options.otherUrls ?? [])]))
  writePrivately(file, configurationOf(options, folder, port))
  const url = new URL(options.url)
  url.host = `127.0.0.1:${port}`
  const user = serverUser()
  const kept = { command, args: [file], folder, stopSignal: "SIGINT", ...(user && { user }) } as const
  const isUp = async () => (await askPostgres(url.href, "select 1")).length === 1
  return { url: url.href, port, ...(await keepServer(kept, isUp)) }
}

function configurationOf(
  { url, poolMode = "transaction", settings = {} }: PgBouncerOptions,
  folder: string,
  port: number,
) {
  const { hostname, port: serverPort } = new URL(url)
  const all = {
    listen_addr: "127.0.0.1",
    listen_port: String(port),
    unix_socket_dir: "",
    auth_type: "scram-sha-256",
    auth_file: join(folder, "users.txt"),
    pool_mode: poolMode,
    ...settings,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`)
  return ["[databases]", `* = host=${hostname} port=${serverPort || 5432}`, "[pgbouncer]", ...lines, ""].join("\n")
}

function usersOf(urls: readonly string[]): string {
  const lines = urls.map((url) => {
    const { username, password } = new URL(url)
    return `${quoted(username)} ${quoted(password)}\n`
  })
  return lines.join("")
}

function quoted(text: string): string {
  return `"${decodeURIComponent(text).replaceAll('"', '""')}"`
}

function writePrivately(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 })
  const user = serverUser()
  if (user !== undefined) chownSync(file, user.uid, user.gid)
}
