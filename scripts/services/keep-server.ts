import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import type { Kept, Order, Word } from "./keeper.ts"

/** A server of our own, on a port of this machine. It ends when this process does, however that comes. */
export interface OwnServer {
  /** With the credentials that it asks for. */
  readonly url: string
  readonly port: number
  /** Where it keeps and logs what it does, until it is stopped. */
  readonly folder: string
  /** Ends it for good, with all that it kept. */
  stop(): Promise<void>
  /** Ends it at once, as a power cut does. What it kept stays. */
  kill(): Promise<void>
  /** Starts it again at the same port with what it kept; ends it in good order first where it runs. */
  restart(): Promise<void>
}

const PATIENCE_MS = 20_000
const LOOK_EVERY_MS = 10

/** Starts a server, and waits until `isUp`, which rejects or says false for as long as it isn't. */
export async function keepServer(kept: Kept, isUp: () => Promise<boolean>): Promise<Omit<OwnServer, "url" | "port">> {
  const keeper = fork(join(import.meta.dirname, "keeper.ts"), [JSON.stringify(kept)], {
    // A session of its own: Ctrl-C is for us, and the server serves until we are done.
    detached: true,
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  })
  const gone = once(keeper, "exit")
  const stop = async (): Promise<void> => {
    if (keeper.connected) keeper.disconnect()
    await gone
  }
  const server = listenTo(keeper)
  try {
    await server.until("ready")
    if (!(await startOnce(server, isUp))) throw new Error(sayingWhy(kept))
  } catch (fault) {
    await stop()
    throw fault
  }
  return {
    folder: kept.folder,
    stop,
    kill: () => server.order("kill"),
    async restart() {
      await server.order("end")
      await startAgain(server, kept, isUp)
    },
  }
}

interface Listening {
  readonly isRunning: () => boolean
  until(word: Word): Promise<void>
  /** Resolves when it is carried out. */
  order(order: Order): Promise<void>
}

function listenTo(keeper: ChildProcess): Listening {
  let isRunning = false
  keeper.on("message", (word: Word) => {
    if (word === "start" || word === "gone") isRunning = word === "start"
  })
  const until = (word: Word): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const hear = (heard: Word): void => {
      if (heard === word) resolve()
    }
    const lose = (): void => reject(new Error("The process that holds the server is gone."))
    if (!keeper.connected) lose()
    keeper.on("message", hear).once("disconnect", lose)
    return promise.finally(() => keeper.off("message", hear).off("disconnect", lose))
  }
  return {
    isRunning: () => isRunning,
    until,
    async order(order) {
      const done = until(order)
      if (keeper.connected) keeper.send(order)
      await done
    },
  }
}

// After a crash, what is left of the old one may hold the port or the memory for a moment: a server that ends is started once more.
async function startAgain(server: Listening, kept: Kept, isUp: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS
  while (performance.now() < giveUpAt) {
    if (await startOnce(server, isUp)) return
    await pause(LOOK_EVERY_MS)
  }
  throw new Error(sayingWhy(kept))
}

async function startOnce(server: Listening, isUp: () => Promise<boolean>): Promise<boolean> {
  const giveUpAt = performance.now() + PATIENCE_MS
  await server.order("start")
  while (server.isRunning() && performance.now() < giveUpAt) {
    if (await isUp().catch(() => false)) return true
    await pause(LOOK_EVERY_MS)
  }
  return false
}

function sayingWhy({ command, folder }: Kept): string {
  return `${command} doesn't answer. It says:\n${readFileSync(join(folder, "log"), "utf8")}`
}
