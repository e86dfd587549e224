import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { onTestFinished } from "vitest"

/** What runs JavaScript: a Node, or something that claims to be like one. */
export interface Runtime {
  readonly program: string
  /** What stands before the name of a file. */
  readonly args: readonly string[]
}

/** A runtime at work in somebody else's project. */
export interface Place extends Runtime {
  readonly folder: string
}

export interface Started {
  readonly child: ChildProcess
  out(): string
  err(): string
  /** Resolves with the exit code, null where a signal ended it. */
  readonly ended: Promise<number | null>
}

/** Starts a file of the project, with nothing of our environment but the path. It doesn't outlive the test. */
export function start(place: Place, args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(place.program, [...place.args, ...args], {
    cwd: place.folder,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const printed = { out: "", err: "" }
  child.stdout.setEncoding("utf8").on("data", (text) => {
    printed.out += text
  })
  child.stderr.setEncoding("utf8").on("data", (text) => {
    printed.err += text
  })
  const ended = once(child, "close").then(([code]) => code as number | null)
  onTestFinished(async () => {
    child.kill("SIGKILL")
    await ended
  })
  return { child, out: () => printed.out, err: () => printed.err, ended }
}

/** Runs a file of the project to its end; what it said. Throws where it fails. */
export async function run(place: Place, args: readonly string[]): Promise<string> {
  const { out, err, ended } = start(place, args)
  const code = await ended
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${out()}${err()}`)
  return out().trim()
}
