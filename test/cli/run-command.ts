import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, expect } from "vitest"
import { compileCache } from "../compile-cache.ts"

export const BIN = fileURLToPath(new URL("../../bin/linklatch.mjs", import.meta.url))

/** A command as a process of its own. */
export interface Command {
  readonly child: ChildProcess
  readonly directory: string
  readonly out: () => string
  readonly err: () => string
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>
  /** A line of standard output as JSON, counted from 1, once it is there. */
  line(number: number): Promise<Record<string, unknown>>
}

export interface RunOptions {
  readonly env?: Record<string, string>
  /** A folder of its own where none is given. */
  readonly directory?: string
  readonly nodeOptions?: readonly string[]
}

/** Folders and processes of one file of tests; all of them go when it is over. */
export const root = mkdtempSync(join(tmpdir(), "linklatch-commands-"))
const started: Command[] = []
afterEach(() => {
  for (const { child } of started.splice(0)) child.kill("SIGKILL")
})
afterAll(() => rmSync(root, { recursive: true }))

export function ownFolder(): string {
  return mkdtempSync(join(root, "run-"))
}

/** Runs a command as a user would, with nothing of this process's environment but the path. */
export function run(args: string | readonly string[], options: RunOptions = {}): Command {
  const { env = {}, directory = ownFolder(), nodeOptions = [] } = options
  const words = typeof args === "string" ? args.split(" ").filter(Boolean) : args
  const child = spawn(process.execPath, [...nodeOptions, BIN, ...words], {
    cwd: directory,
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: compileCache, ...env },
    // Nobody sits there who could be asked.
    stdio: ["ignore", "pipe", "pipe"],
  })
  let out = ""
  let err = ""
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    out += chunk
  })
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    err += chunk
  })
  const ended = once(child, "close").then(([code]) => code as number | null)
  const line = async (number: number) => {
    await expect.poll(() => out.split("\n").length, { timeout: 8_000 }).toBeGreaterThan(number)
    return JSON.parse(out.split("\n")[number - 1] ?? "")
  }
  const command = { child, directory, out: () => out, err: () => err, ended, line }
  started.push(command)
  return command
}

/** What a command printed, and its exit code. */
export interface Finished {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly directory: string
}

/** Runs a command to its end. */
export async function finish(args: string | readonly string[], options: RunOptions = {}): Promise<Finished> {
  const command = run(args, options)
  const code = await command.ended
  return { code, out: command.out(), err: command.err(), directory: command.directory }
}

/** The same with `--json`: `told` is what it printed, `error` what it printed on standard error. */
export async function finishJson(args: string | readonly string[], options: RunOptions = {}) {
  const words = typeof args === "string" ? args.split(" ").filter(Boolean) : args
  const { code, out, err, directory } = await finish([...words, "--json"], options)
  const [told, failure] = [out, err].map((text) => (text.trim() === "" ? null : JSON.parse(text)))
  return { code, told, error: failure?.error ?? null, directory, everything: out + err }
}
