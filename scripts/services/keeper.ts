// Holds one server for the process that forked it, and outlives that one by as long as the server takes to end: whoever asked for
// a server may be interrupted or killed, and the server must not stay behind.
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { openSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"

/** What the keeper is told when it starts, as JSON. */
export interface Kept {
  readonly command: string
  readonly args: readonly string[]
  /** Where it works and logs. It goes when the keeper goes. */
  readonly folder: string
  /** What makes it end in good order. */
  readonly stopSignal: NodeJS.Signals
  /** Who runs it; ourselves where it isn't given. */
  readonly user?: { readonly uid: number; readonly gid: number }
}

export type Order = "start" | "end" | "kill"
/** What it tells: an order that it has carried out, or what happened by itself. */
export type Word = Order | "ready" | "gone"

const PATIENCE_MS = 10_000

if (import.meta.main) keep(JSON.parse(process.argv[2] ?? "") as Kept)

function keep(kept: Kept): void {
  let server: ChildProcess | null = null
  const say = (word: Word): void => void (process.connected && process.send?.(word))
  const orders: Readonly<Record<Order, () => Promise<void>>> = {
    async start() {
      server = startServer(kept).once("exit", () => say("gone"))
      await once(server, "spawn")
    },
    end: () => end(server, kept.stopSignal),
    kill: () => kill(server),
  }
  process.on("message", async (order: Order) => {
    await orders[order]()
    say(order)
  })
  process.once("disconnect", async () => {
    await end(server, kept.stopSignal)
    rmSync(kept.folder, { recursive: true, force: true })
    process.exit()
  })
  say("ready")
}

function startServer({ command, args, folder, user }: Kept): ChildProcess {
  const log = openSync(join(folder, "log"), "a")
  // Nothing of our environment: PGPORT and its like would change what a server does.
  const env = { PATH: process.env["PATH"] ?? "", LC_ALL: "C" }
  return spawn(command, args, { cwd: folder, env, stdio: ["ignore", log, log], ...user })
}

async function end(server: ChildProcess | null, signal: NodeJS.Signals): Promise<void> {
  if (server === null || isGone(server)) return
  const gone = once(server, "exit")
  const lastResort = setTimeout(() => kill(server), PATIENCE_MS)
  server.kill(signal)
  await gone
  clearTimeout(lastResort)
}

/** Ends it with all of its processes, in the middle of whatever they do. */
async function kill(server: ChildProcess | null): Promise<void> {
  if (server === null || isGone(server)) return
  const gone = once(server, "exit")
  // Held still, it starts no other process while we look.
  server.kill("SIGSTOP")
  for (const pid of childrenOf(server.pid)) process.kill(pid, "SIGKILL")
  server.kill("SIGKILL")
  await gone
}

// Linux alone lists them. Elsewhere PostgreSQL's processes see for themselves that the first of them died.
function childrenOf(pid: number | undefined): readonly number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    return list.split(" ").filter(Boolean).map(Number)
  } catch {
    return []
  }
}

function isGone({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null
}
