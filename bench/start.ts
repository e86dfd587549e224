/** `npm run bench:start`: from starting the process until the built server listens, beside a bare hand-written one. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "../scripts/build.ts"

const RUNS = 15
const folder = mkdtempSync(join(tmpdir(), "linklatch-start-"))

try {
  await build()
  const env = {
    ...process.env,
    NODE_ENV: "production",
    HOST: "127.0.0.1",
    PORT: "0",
    PUBLIC_BASE_URL: "https://login.example.com",
    LINKLATCH_SECRET: "a-secret-for-the-bench-that-is-long-enough",
    SMTP_URL: "smtp://127.0.0.1:2525",
    MAIL_FROM: "login@example.com",
    TRUSTED_PROXIES: "127.0.0.1",
  }
  const linklatch: number[] = []
  const handWritten: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const database = `sqlite:${join(folder, `linklatch-${run}.db`)}`
    linklatch.push(await timeUntilReady(["dist/cli/main.js", "serve"], { ...env, DATABASE_URL: database }))
    handWritten.push(await timeUntilReady(["bench/sites/hand-written.ts", join(folder, `plain-${run}.db`)], env))
  }
  print("linklatch serve, new database", linklatch)
  print("hand-written, bare", handWritten)
} finally {
  rmSync(folder, { recursive: true })
}

/** Milliseconds until the process says that it listens: Linklatch by its first log line, the other by a message. */
function timeUntilReady(command: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now()
  const child: ChildProcess = spawn(process.execPath, command, { env, stdio: ["ignore", "pipe", "inherit", "ipc"] })
  return new Promise((resolve, reject) => {
    let isReady = false
    const ready = () => {
      if (isReady) return
      isReady = true
      const elapsed = performance.now() - startedAt
      child.once("exit", () => resolve(elapsed))
      child.kill("SIGTERM")
    }
    child.on("message", ready)
    child.stdout?.on("data", (chunk) => String(chunk).includes("listening") && ready())
    child.once("exit", (code) => isReady || reject(new Error(`The server ended with ${code} before it listened.`)))
  })
}

function print(name: string, times: number[]): void {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0)
  console.log(`${name.padEnd(32)} median ${at(0.5)} ms, best ${at(0)} ms, worst ${at(1)} ms`)
}
