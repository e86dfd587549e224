import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { onTestFinished } from "vitest"
import { withCompileCache } from "../compile-cache.ts"

/** A script of this folder as a process of its own. */
export interface Child {
  /** Resolves when the child has said a word this many times since it started. */
  untilSaid(word: string, times?: number): Promise<void>
  /** Sends a message and waits for the next thing that is said. */
  ask<Answer>(message: object): Promise<Answer>
  /** Hangs up, so that the child closes what it has open; resolves with its exit code. */
  stop(): Promise<number | null>
  /** Ends it at once, in the middle of whatever it does. */
  kill(): Promise<NodeJS.Signals | null>
}

/** Starts a script, and waits until it says "ready". It doesn't outlive the test. */
export async function startChild(script: string, args: readonly string[]): Promise<Child> {
  const child = fork(new URL(script, import.meta.url), args, { execArgv: [], env: withCompileCache })
  const exit = once(child, "exit")
  onTestFinished(() => void child.kill("SIGKILL"))
  const untilSaid = listenTo(child)
  await untilSaid("ready")
  return {
    untilSaid,
    async ask(message) {
      const answer = once(child, "message")
      child.send(message)
      const gone = exit.then(() => Promise.reject(new Error("The child ended before it answered.")))
      return (await Promise.race([answer, gone]))[0]
    },
    async stop() {
      child.disconnect()
      return (await exit)[0]
    },
    async kill() {
      child.kill("SIGKILL")
      return (await exit)[1]
    },
  }
}

// From the first word on: several may come at once, and nobody hears those that came before a listener.
function listenTo(child: ChildProcess): Child["untilSaid"] {
  const said: unknown[] = []
  const waiting = new Set<() => void>()
  child.on("message", (word) => {
    said.push(word)
    for (const look of waiting) look()
  })
  return (word, times = 1) =>
    new Promise((resolve, reject) => {
      const look = () => {
        if (said.filter((one) => one === word).length < times) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      child.once("exit", () => reject(new Error(`The child ended before it said "${word}" ${times} times.`)))
      look()
    })
}
