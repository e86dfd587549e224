import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { origin, secret } from "../sites/settings.ts"

export interface ServerProcess {
  readonly port: number
  /** The metrics of this process, by their names; those with labels are left out. */
  metrics(): Promise<ReadonlyMap<string, number>>
}

export interface ServedOptions {
  readonly databaseUrl: string
  readonly smtpPort: number
  /** More of its settings. */
  readonly environment: Readonly<Record<string, string>>
}

const START_WITHIN_MS = 30_000
const STOP_WITHIN_MS = 12_000
// Sessions of an hour, and rows for a day: what comes and what goes can be in balance. Windows so short that their rows are too.
const SETTINGS = {
  SESSION_HOURS: "1",
  SESSION_IDLE_HOURS: "1",
  KEEP_REQUESTS_DAYS: "1",
  KEEP_SESSIONS_DAYS: "1",
  LIMIT_ASK_CLIENT: "5/5m",
  LIMIT_ASK_ADDRESS: "3/5m",
  LIMIT_ASK_BROWSER: "3/5m",
  LIMIT_REDEEM_CLIENT: "20/5m",
}

/** How the server's settings let rows come and go. */
export const LIVES = { linkMs: 600_000, sessionMs: 3_600_000, keptMs: 24 * 3_600_000 } as const

/** The built server as people run it, in any number of processes on one database: each `add` starts one. */
export class ServedSite {
  readonly processes: ServerProcess[] = []
  /** How often each event was logged as a warning or an error. */
  readonly complaints = new Map<string, number>()
  readonly #children: ChildProcess[] = []
  readonly #options: ServedOptions
  readonly #endAll = () => {
    for (const child of this.#children) child.kill("SIGKILL")
  }

  constructor(options: ServedOptions) {
    this.#options = options
    process.on("exit", this.#endAll)
  }

  async add(): Promise<void> {
    const child = spawn(process.execPath, ["dist/cli/main.js", "serve"], {
      env: { ...process.env, ...environmentOf(this.#options) },
      stdio: ["ignore", "pipe", "inherit"],
      // A Ctrl-C at the terminal is for us: the server goes on until it was measured for the last time.
      detached: true,
    })
    this.#children.push(child)
    const listening = Promise.withResolvers<number>()
    const late = setTimeout(() => listening.reject(new Error("The server did not listen in time.")), START_WITHIN_MS)
    child.once("exit", (code) => listening.reject(new Error(`The server ended (${code}).`)))
    createInterface({ input: child.stdout }).on("line", (line) => this.#hear(line, listening.resolve))
    const port = await listening.promise.finally(() => clearTimeout(late))
    this.processes.push({ port, metrics: () => readMetrics(port) })
  }

  async stop(): Promise<void> {
    process.off("exit", this.#endAll)
    const living = this.#children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
    const patience = setTimeout(this.#endAll, STOP_WITHIN_MS)
    for (const child of living) child.kill("SIGTERM")
    await Promise.all(living.map((child) => once(child, "exit")))
    clearTimeout(patience)
  }

  #hear(line: string, listening: (port: number) => void): void {
    const { level, event, port } = JSON.parse(line) as { level: string; event: string; port?: number }
    if (event === "listening" && port !== undefined) listening(port)
    if (level === "warn" || level === "error") this.complaints.set(event, (this.complaints.get(event) ?? 0) + 1)
  }
}

function environmentOf({ databaseUrl, smtpPort, environment }: ServedOptions): Readonly<Record<string, string>> {
  return {
    ...environment,
    ...SETTINGS,
    NODE_ENV: "production",
    HOST: "127.0.0.1",
    PORT: "0",
    PUBLIC_BASE_URL: origin,
    LINKLATCH_SECRET: secret,
    DATABASE_URL: databaseUrl,
    SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
    MAIL_FROM: "login@example.com",
    TRUSTED_PROXIES: "127.0.0.1",
  }
}

async function readMetrics(port: number): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  if (!response.ok) throw new Error(`The metrics were answered with ${response.status}.`)
  const text = await response.text()
  return new Map([...text.matchAll(/^([a-z_0-9]+) (\S+)$/gm)].map(([, name = "", value]) => [name, Number(value)]))
}
