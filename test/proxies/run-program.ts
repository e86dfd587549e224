import { spawn } from "node:child_process"
import { once } from "node:events"
import { connect } from "node:net"
import { vi } from "vitest"

/** A program beside us, ended by its own process id. */
export interface RunningProgram {
  /** What it has said so far. */
  output(): string
  stop(): Promise<void>
}

export interface ProgramOptions {
  readonly cwd: string
  /** All of its environment, so that nothing of the machine's gets in. */
  readonly env?: Readonly<Record<string, string>>
  /** It is there once it takes connections. */
  readonly port: number
}

const PATIENCE = { timeout: 10_000, interval: 10 }

export async function runProgram(
  path: string,
  args: readonly string[],
  { cwd, env = {}, port }: ProgramOptions,
): Promise<RunningProgram> {
  let output = ""
  const child = spawn(path, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] })
  const collect = (chunk: string) => {
    output += chunk
  }
  child.stdout.setEncoding("utf8").on("data", collect)
  child.stderr.setEncoding("utf8").on("data", collect)
  const isGone = () => child.exitCode !== null || child.signalCode !== null
  const stop = async () => {
    if (isGone()) return
    const exit = once(child, "exit")
    child.kill("SIGTERM")
    await exit
  }
  try {
    await vi.waitFor(() => (isGone() ? undefined : tryPort(port)), PATIENCE)
  } catch (cause) {
    await stop()
    throw new Error(`${path} doesn't listen:\n${output}`, { cause })
  }
  if (isGone()) throw new Error(`${path} ended with ${child.exitCode}:\n${output}`)
  return { output: () => output, stop }
}

function tryPort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("error", reject)
    socket.once("connect", () => {
      socket.destroy()
      resolve()
    })
  })
}
