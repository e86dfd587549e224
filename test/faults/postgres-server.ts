import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { chownSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { promisify } from "node:util"
import pg from "pg"
import { freePort } from "../free-port.ts"

const run = promisify(execFile)

/** How a server is stopped: as an operator does, or as if the machine had lost its power. */
export type StopMode = "fast" | "immediate"

/** A PostgreSQL server of a round's own. */
export interface PostgresServer {
  readonly port: number
  /** Where its files are. */
  readonly data: string
  url(port?: number): string
  query(sql: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>
  stop(mode: StopMode): Promise<void>
  start(): Promise<void>
  discard(): Promise<void>
}

/** Whoever finds this in a file has found a leak. */
export const DATABASE_PASSWORD = "canary-database-password-7c2a9e4f1b6d-canary"

export async function openPostgresServer(): Promise<PostgresServer> {
  const data = join(mkdtempSync(join(tmpdir(), "linklatch-pg-")), "data")
  giveAway(join(data, ".."))
  const port = await freePort()
  await asPostgres("initdb", ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"])
  let server: ChildProcess | null = null
  const adminUrl = `postgres://postgres@127.0.0.1:${port}/postgres`
  const one: PostgresServer = {
    port,
    data,
    url: (through = port) => `postgres://linklatch:${DATABASE_PASSWORD}@127.0.0.1:${through}/linklatch`,
    async query(sql, values = []) {
      const client = new pg.Client({ connectionString: adminUrl.replace(/postgres$/, "linklatch") })
      await client.connect()
      try {
        return (await client.query(sql, [...values])).rows
      } finally {
        await client.end()
      }
    },
    async stop(mode) {
      if (server === null) return
      const exit = once(server, "exit")
      // PostgreSQL manual, 19.5: SIGINT is a fast shutdown, SIGQUIT an immediate one, without a checkpoint.
      execFileSync("kill", [mode === "fast" ? "-INT" : "-QUIT", String(server.pid)])
      await exit
      server = null
    },
    async start() {
      server = startServer(data, port)
      await untilReady(adminUrl)
    },
    async discard() {
      await one.stop("immediate")
      rmSync(join(data, ".."), { recursive: true, force: true })
    },
  }
  await one.start()
  await createDatabase(adminUrl)
  return one
}

function startServer(data: string, port: number): ChildProcess {
  const settings = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 80,
    shared_buffers: "64MB",
    logging_collector: "off",
    // What it says of failed statements must hold no secret either.
    log_min_error_statement: "error",
    log_statement: "none",
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])
  const [program, before] = asUser("postgres")
  const server = spawn(program, [...before, "-D", data, ...args], { stdio: ["ignore", "ignore", "pipe"] })
  server.stderr.on("data", () => undefined)
  return server
}

async function untilReady(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      return await client.end()
    } catch (fault) {
      if (tries > 300) throw fault
      await pause(50)
    }
  }
}

async function createDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  await client.query(`create role linklatch login password '${DATABASE_PASSWORD}'`)
  await client.query("create database linklatch owner linklatch")
  await client.end()
}

// It refuses to run as root.
const isRoot = process.getuid?.() === 0

function asUser(program: string): [program: string, args: string[]] {
  const path = [`/usr/local/bin/${program}`, `/usr/bin/${program}`].find((one) => existsSync(one)) ?? program
  return isRoot ? ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path]] : [path, []]
}

async function asPostgres(program: string, args: readonly string[]): Promise<void> {
  const [command, before] = asUser(program)
  await run(command, [...before, ...args], { cwd: "/" })
}

function giveAway(folder: string): void {
  if (!isRoot) return
  const ids = execFileSync("id", ["-u", "postgres"]).toString().trim()
  const group = execFileSync("id", ["-g", "postgres"]).toString().trim()
  chownSync(folder, Number(ids), Number(group))
}
