import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { createLog } from "./log.ts"
import { runUntilStopped } from "./run-until-stopped.ts"
import type { RunningServer } from "./server.ts"

const SIGNALS = ["SIGTERM", "SIGINT", "unhandledRejection", "uncaughtException"] as const
const before = SIGNALS.map((name) => process.listeners(name as "SIGTERM"))

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  for (const [index, name] of SIGNALS.entries()) {
    for (const listener of process.listeners(name as "SIGTERM")) {
      if (!before[index]?.includes(listener)) process.off(name, listener)
    }
  }
})

function run(stop: () => Promise<void>) {
  const events: Record<string, unknown>[] = []
  const write = (line: string) => void events.push(JSON.parse(line))
  const server: RunningServer = { host: "", port: 0, baseUrl: "", stop, waitingFor: () => "mail_and_store" }
  const exitCode = runUntilStopped(server, createLog({ mode: "production", level: "info", secrets: [], write }))
  // Only our own listener: the test runner has some as well.
  return { events, exitCode, signal: () => process.listeners("SIGTERM").at(-1)?.("SIGTERM") }
}

it("gives up within ten seconds and says what hung", async () => {
  const { events, exitCode, signal } = run(() => Promise.withResolvers<void>().promise)
  signal()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await exitCode).toBe(1)
  expect(events).toMatchObject([
    { event: "stopping", why: "SIGTERM" },
    { event: "stop_hung", waitingFor: "mail_and_store" },
  ])
})

it("ends with 1 when something fails to stop, and says what", async () => {
  const { events, exitCode, signal } = run(() => Promise.reject(new Error("disk full")))
  signal()
  expect(await exitCode).toBe(1)
  expect(events.at(-1)).toMatchObject({ event: "stop_failed", error: { message: "disk full" } })
})

it("ends with 0 when all has stopped", async () => {
  const { exitCode, signal } = run(() => Promise.resolve())
  signal()
  expect(await exitCode).toBe(0)
})
