import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import type { Order } from "./order.ts"
import type { Told, Watch, Watched } from "./racer.ts"

/** Processes with a store each over one database. */
export interface Racers {
  readonly count: number
  /** Gives each its orders, then has all begin at once. Outcomes come back in the order of the orders. */
  race(orders: readonly (readonly Order[])[]): Promise<readonly (readonly unknown[])[]>
  /** Has each check sessions until they are over, and does `meanwhile` once all have found them live. */
  watch(watch: Watch, meanwhile: () => Promise<void>): Promise<readonly Watched[]>
  stop(): Promise<void>
}

export async function startRacers(count: number, module: URL, address: unknown): Promise<Racers> {
  const args = [module.href, JSON.stringify(address)]
  const racers = Array.from({ length: count }, () =>
    fork(new URL("./racer.ts", import.meta.url), args, { execArgv: [] }),
  )
  await Promise.all(racers.map(hear))
  return {
    count,
    async race(orders) {
      await Promise.all(racers.map((racer, i) => tell(racer, { type: "load", orders: orders[i] ?? [] })))
      return (await Promise.all(racers.map((racer) => tell(racer, { type: "go" })))) as unknown[][]
    },
    async watch(watch, meanwhile) {
      await Promise.all(racers.map((racer) => tell(racer, { type: "watch", watch })))
      const watched = racers.map(hear)
      await meanwhile()
      return (await Promise.all(watched)) as Watched[]
    },
    async stop() {
      await Promise.all(
        racers.map(async (racer) => {
          if (racer.exitCode !== null) return
          const exit = once(racer, "exit")
          racer.disconnect()
          await exit
        }),
      )
    },
  }
}

function tell(racer: ChildProcess, told: Told): Promise<unknown> {
  const answer = hear(racer)
  racer.send(told)
  return answer
}

/** The next message of a racer. A racer that ends instead has said why on standard error. */
function hear(racer: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const listen = (answer: unknown) => {
      racer.off("exit", fail)
      resolve(answer)
    }
    const fail = (code: unknown) => {
      racer.off("message", listen)
      reject(new Error(`a racer ended with ${code}`))
    }
    racer.once("message", listen)
    racer.once("exit", fail)
  })
}
