import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { expect, onTestFinished } from "vitest"
import { projectRoot } from "../../scripts/run-command.ts"
import { Browser } from "../browser.ts"
import { compileCache } from "../compile-cache.ts"
import { freePort } from "../free-port.ts"
import { sendToPort } from "../send-to-port.ts"

/** An example as a process of its own, in an empty folder. It ends with the test. */
export interface Example {
  /** Where its database is. */
  readonly folder: string
  readonly baseUrl: string
  readonly port: number
  /** Everything that it has printed. */
  output(): string
  /** The lines of its log that are about this, oldest first. */
  log(event: string): readonly Record<string, unknown>[]
  /** A browser that really connects; `headers` go with each request. */
  browser(headers?: Record<string, string>): Browser
  /** The link of the newest message to this address, as development writes it to the terminal, once there are `count`. */
  link(email: string, count?: number): Promise<string>
  /** What a query finds in its database. */
  rows(sql: string): readonly Record<string, unknown>[]
  /** All bytes that it has written to files. */
  files(): Buffer
  /** Tells it to end, and resolves with its exit code. */
  stop(): Promise<number | null>
}

/** Starts an example with nothing but `env` and a free port, and waits until it says where it is. */
export async function ownExample(
  name: string,
  env: Readonly<Record<string, string>> = {},
  folder: string = ownFolder(),
): Promise<Example> {
  const port = await freePort()
  const { output, ended, child } = startProcess(name, { PORT: String(port), ...env }, folder)
  const isListening = expect.poll(output, { timeout: 20_000 }).toContain("Open http")
  const code = await Promise.race([isListening.then(() => "listening" as const), ended])
  // Between the choice of a port and its use another process may take it.
  if (code !== "listening" && output().includes("EADDRINUSE")) return ownExample(name, env, folder)
  if (code !== "listening") throw new Error(`The example ended with ${code}:\n${output()}`)
  const baseUrl = env["PUBLIC_BASE_URL"] ?? `http://localhost:${port}`
  const log = (event: string) => readLog(output()).filter((line) => line["event"] === event)
  return {
    folder,
    baseUrl,
    port,
    output,
    log,
    browser: (headers = {}) => new Browser({ handler: (request) => sendToPort(request, port, headers) }, baseUrl, ""),
    async link(email, count = 1) {
      const links = () => log("magic_link_dev_fallback").filter(({ to }) => to === email)
      await expect.poll(() => links().length, { timeout: 5_000 }).toBe(count)
      return String(links().at(-1)?.["url"])
    },
    rows: (sql) => readRows(folder, sql),
    files: () => Buffer.concat(readdirSync(folder).map((file) => readFileSync(join(folder, file)))),
    async stop() {
      child.kill("SIGTERM")
      return ended
    },
  }
}

/** Runs an example that is not to start: its exit code, and what it said. */
export async function refusedExample(name: string, env: Readonly<Record<string, string>>) {
  const { output, ended } = startProcess(name, env, ownFolder())
  return { code: await ended, output: output() }
}

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-example-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

function startProcess(name: string, env: Readonly<Record<string, string>>, folder: string) {
  const child = spawn(process.execPath, [join(projectRoot, "examples", name, "server.ts")], {
    cwd: folder,
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: compileCache, ...env },
  })
  let printed = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text
    })
  }
  const ended = once(child, "close").then(([code]) => code as number | null)
  onTestFinished(async () => {
    child.kill("SIGKILL")
    await ended
  })
  return { child, ended, output: () => printed }
}

function readLog(output: string): readonly Record<string, unknown>[] {
  // The last line may not have come to its end yet.
  const lines = output.slice(0, output.lastIndexOf("\n") + 1).split("\n")
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line))
}

function readRows(folder: string, sql: string): readonly Record<string, unknown>[] {
  const [file = ""] = ["tea-house.db", "admin.db", "community.db"].map((one) => join(folder, one)).filter(existsSync)
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}
