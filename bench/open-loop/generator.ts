import { fork } from "node:child_process"
import { once } from "node:events"
import type { PhaseOrder, PhaseResult } from "./run-phase.ts"

/** The process that sends. */
export interface Generator {
  run(order: PhaseOrder): Promise<PhaseResult>
  stop(): void
}

export function startGenerator(): Generator {
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = fork(new URL("generator-program.ts", import.meta.url), { env, execArgv: [] })
  const ended = Promise.withResolvers<never>()
  // Whoever waits for a phase hears of its end; where nobody waits, it is no fault of its own.
  ended.promise.catch(() => undefined)
  child.once("exit", (code, signal) => ended.reject(new Error(`The program that sends ended (${code ?? signal}).`)))
  return {
    async run(order) {
      const answer = once(child, "message") as Promise<[{ result: PhaseResult } | { problem: string }]>
      child.send(order)
      const [message] = await Promise.race([answer, ended.promise])
      if ("problem" in message) throw new Error(message.problem)
      return message.result
    },
    stop: () => void child.kill(),
  }
}
