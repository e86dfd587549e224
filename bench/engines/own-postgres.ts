import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { chownSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as rest } from "node:timers/promises"
import pg from "pg"
import { freePort } from "../../test/free-port.ts"
import { temporaryFolder } from "../temporary-folder.ts"

export interface OwnPostgres {
  /** How a database of this server is reached. */
  urlOf(database: string): string
  stop(): Promise<void>
}

const START_WITHIN_MS = 30_000

// Each commit waits for the disk, as by default. The rest is what anybody sets who has read one page about it: room to
// cache, and checkpoints that are minutes apart.
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  max_connections: "200",
  shared_buffers: "1GB",
  maintenance_work_mem: "512MB",
  max_wal_size: "8GB",
  checkpoint_timeout: "15min",
}

/** A PostgreSQL of our own on a new folder, on a free port of this machine; gone with this process. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const folder = temporaryFolder("linklatch-bench-postgres")
  const account = findAccount()
  if (account.uid !== undefined && account.gid !== undefined) chownSync(folder.path, account.uid, account.gid)
  const data = join(folder.path, "data")
  await run("initdb", ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"], account)
  const port = await freePort()
  const settings = Object.entries({ ...SETTINGS, port: String(port) }).flatMap((pair) => ["-c", pair.join("=")])
  const server = spawn("postgres", ["-D", data, ...settings], { ...account, stdio: "ignore", detached: true })
  // At once, and by its process alone: what it leaves behind goes with the folder.
  const endAtExit = () => server.kill("SIGQUIT")
  process.prependListener("exit", endAtExit)
  const urlOf = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`
  const stop = async () => {
    process.off("exit", endAtExit)
    await end(server)
    folder.remove()
  }
  try {
    await untilItAnswers(urlOf("postgres"), server)
    return { urlOf, stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}

/** PostgreSQL refuses to run as root. */
function findAccount(): { readonly uid?: number; readonly gid?: number; readonly cwd: string } {
  if (process.getuid?.() !== 0) return { cwd: "/" }
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8")) ?? []
  if (uid === undefined || gid === undefined)
    throw new Error("PostgreSQL can't run as root, and there is no user postgres.")
  return { uid: Number(uid), gid: Number(gid), cwd: "/" }
}

async function run(program: string, args: readonly string[], account: ReturnType<typeof findAccount>): Promise<void> {
  const child = spawn(program, args, { ...account, stdio: ["ignore", "ignore", "pipe"] })
  let said = ""
  child.stderr.on("data", (chunk) => (said += chunk))
  const [code] = (await once(child, "close")) as [number]
  if (code !== 0) throw new Error(`${program} failed: ${said}`)
}

async function untilItAnswers(connectionString: string, server: ChildProcess): Promise<void> {
  const patience = Date.now() + START_WITHIN_MS
  for (;;) {
    const client = new pg.Client({ connectionString })
    try {
      await client.connect()
      return await client.end()
    } catch (cause) {
      if (server.exitCode !== null || Date.now() > patience) throw new Error("PostgreSQL did not start.", { cause })
      await rest(50)
    }
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, "exit")
  // Fast: it ends what is under way and writes what it must.
  server.kill("SIGINT")
  await exited
}
