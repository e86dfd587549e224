import { execFile } from "node:child_process"
import { randomBytes } from "node:crypto"
import { rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { freePort } from "../../test/free-port.ts"
import { programPath, programs } from "../ensure-program.ts"
import { askPostgres } from "./ask-postgres.ts"
import { keepServer, type OwnServer } from "./keep-server.ts"
import { ownFolder, quickestParent } from "./own-folder.ts"
import { serverUser } from "./server-user.ts"

export interface OwnPostgresOptions {
  /** Waits for the disk as production does. Without it a crash of the machine loses all, and tests are quick. */
  readonly durable?: boolean
  /** More of postgresql.conf: `{ max_connections: "20" }`. */
  readonly settings?: Readonly<Record<string, string>>
}

const HASTE = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }

/** Starts a PostgreSQL of our own on a free port, from what is installed. `url` is its superuser, by password. */
export async function startOwnPostgres({
  durable = false,
  settings = {},
}: OwnPostgresOptions = {}): Promise<OwnServer> {
  const command = programPath(programs.postgres)
  const folder = durable ? ownFolder("postgres") : ownFolder("postgres", quickestParent())
  const data = join(folder, "data")
  const password = randomBytes(16).toString("hex")
  const port = await freePort()
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
  const user = serverUser()
  try {
    await createCluster(dirname(command), data, password)
  } catch (fault) {
    rmSync(folder, { recursive: true, force: true })
    throw fault
  }
  const all = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: folder,
    max_connections: "200",
    ...(durable ? {} : HASTE),
    ...settings,
  }
  const args = ["-D", data, ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])]
  // SIGINT: it ends without waiting for those who are connected.
  const kept = { command, args, folder, stopSignal: "SIGINT", ...(user && { user }) } as const
  const isUp = async () => (await askPostgres(url, "select 1")).length === 1
  return { url, port, ...(await keepServer(kept, isUp)) }
}

// Every way in asks for the password: other users of this machine would be superusers otherwise, who may run programs as us.
async function createCluster(binaries: string, data: string, password: string): Promise<void> {
  const passwordFile = `${data}.password`
  const user = serverUser()
  writeFileSync(passwordFile, password, { mode: 0o644 })
  const args = ["-D", data, "-U", "postgres", "--auth=scram-sha-256", `--pwfile=${passwordFile}`]
  args.push("--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions")
  try {
    await promisify(execFile)(join(binaries, "initdb"), args, { cwd: dirname(data), ...user })
  } finally {
    rmSync(passwordFile)
  }
}
