import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { onTestFinished } from "vitest"

/** Starts a script of this folder as a process of its own, and waits until it says "ready". */
export async function startChild(script: string, args: readonly string[]): Promise<ChildProcess> {
  const child = fork(new URL(script, import.meta.url), args, { execArgv: [] })
  onTestFinished(() => void child.kill("SIGKILL"))
  const [word] = await once(child, "message")
  if (word !== "ready") throw new Error(`${script} said ${word} and not "ready".`)
  return child
}

/** Sends a message and waits for the answer. */
export async function askChild<Answer>(child: ChildProcess, message: object): Promise<Answer> {
  const answer = once(child, "message")
  child.send(message)
  return (await answer)[0]
}

/** Hangs up, so that the child closes what it has open; resolves with its exit code. */
export async function stopChild(child: ChildProcess): Promise<number | null> {
  const exit = once(child, "exit")
  child.disconnect()
  return (await exit)[0]
}
