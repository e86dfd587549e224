import { spawn } from "node:child_process"
import { delimiter, join } from "node:path"
import { performance } from "node:perf_hooks"

/** Where package.json stands; every script works from here, wherever it was started. */
export const projectRoot = join(import.meta.dirname, "..")

export interface CommandResult {
  readonly exitCode: number
  /** Standard output and error as they came, mixed; empty when the command wrote straight to the screen. */
  readonly output: string
  readonly seconds: number
}

export interface CommandOptions {
  readonly show?: boolean
  readonly env?: Record<string, string>
}

/** Runs a program of node_modules/.bin or of the machine. Never rejects: a program that can't start is exit code 127. */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const startedAt = performance.now()
  const { promise, resolve } = Promise.withResolvers<CommandResult>()
  const child = spawn(program, args, {
    cwd: projectRoot,
    env: { ...process.env, ...options.env, PATH: pathWithPinnedNode() },
    stdio: options.show === true ? "inherit" : ["ignore", "pipe", "pipe"],
  })
  let output = ""
  const settle = (exitCode: number): void => {
    resolve({ exitCode, output, seconds: (performance.now() - startedAt) / 1000 })
  }
  const collect = (chunk: string): void => {
    output += chunk
  }
  child.stdout?.setEncoding("utf8").on("data", collect)
  child.stderr?.setEncoding("utf8").on("data", collect)
  child.once("error", (fault) => {
    output += `${fault.message}\n`
    settle(127)
  })
  child.once("close", (code) => settle(code ?? 1))
  return promise
}

// A script may be started by hand with another Node first in PATH; the tools still get the one that package.json pins.
function pathWithPinnedNode(): string {
  return [join(projectRoot, "node_modules", ".bin"), process.env["PATH"]].join(delimiter)
}
