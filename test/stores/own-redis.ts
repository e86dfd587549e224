import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import { freePort } from "../free-port.ts"

/** A Redis of the test's own, on a port of its own, that keeps nothing on disk unless it is told to. */
export interface OwnRedis {
  readonly port: number
  readonly url: string
  /** A client for the test itself: to look, to set up, to destroy. Not while Redis hangs. */
  readonly admin: Redis
  /** Stops answering, with its connections open. */
  hang(): void
  goOn(): void
  kill(): Promise<void>
  /** Kills it if it runs, and starts it again on the same port, with `more` arguments. */
  restart(...more: readonly string[]): Promise<void>
  stop(): Promise<void>
}

export async function startOwnRedis(...args: readonly string[]): Promise<OwnRedis> {
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), "linklatch-redis-"))
  const settings = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", "", ...args]
  let server = await startServer(settings)
  const admin = new Redis({ port, host: "127.0.0.1", retryStrategy: () => 20, maxRetriesPerRequest: null })
  admin.on("error", () => undefined)
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const exit = once(server, "exit")
    server.kill("SIGKILL")
    await exit
  }
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    admin,
    hang: () => void server.kill("SIGSTOP"),
    goOn: () => void server.kill("SIGCONT"),
    kill,
    async restart(...more) {
      await kill()
      server = await startServer([...settings, ...more])
    },
    async stop() {
      admin.disconnect()
      await kill()
      await rm(folder, { recursive: true })
    },
  }
}

async function startServer(args: readonly string[]): Promise<ChildProcess> {
  const server = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] })
  let said = ""
  await new Promise<void>((resolve, reject) => {
    server.stdout.on("data", (chunk) => {
      said += String(chunk)
      // It listens before it has loaded what it kept.
      if (/server initialized/i.test(said)) resolve()
    })
    server.once("exit", () => reject(new Error(`Redis did not start: ${said}`)))
    server.once("error", reject)
  })
  return server
}
