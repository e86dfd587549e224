import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import type { Contender, Journey } from "./contenders/contender.ts"
import type { Engine } from "./engines/engine.ts"
import type { Durability, LinksMade, SiteFacts } from "./sites/serve-site.ts"

const START_WITHIN_MS = 30_000

/** A site in a process of its own, on a database of its own. */
export interface RunningSite {
  readonly contender: Contender
  readonly facts: SiteFacts
  readonly journey: Journey
  readonly database: string
  /** What the site's mail was handed since the last call, once that is `count`. */
  takeLinks(count: number): Promise<LinksMade>
  /** The fault, with the site's name and the last that it printed. */
  explain(cause: unknown): Error
  /** Counts rows by a connection that sees only what is committed. */
  count(sql: string): Promise<number>
  stop(): Promise<void>
}

/** Starts a site in production mode on a database of this engine. Fails when it doesn't listen soon. */
export async function startSite(contender: Contender, engine: Engine, database: string): Promise<RunningSite> {
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const env = { ...inherited, ...engine.environment, NODE_ENV: "production" }
  const stdio = ["ignore", "pipe", "pipe", "ipc"] as const
  const child = fork(contender.program, [database, ...contender.args], { env, execArgv: [], stdio: [...stdio] })
  const explain = listen(child, contender.name)
  const ended = Promise.withResolvers<never>()
  // Whoever waits for an answer of the site hears of its end; where nobody waits, it is no fault of its own.
  ended.promise.catch(() => undefined)
  child.once("exit", (code, signal) => ended.reject(new Error(`It ended (${code ?? signal}).`)))
  try {
    const facts = (await Promise.race([
      answerOf(child, START_WITHIN_MS, "It did not listen in time."),
      ended.promise,
    ])) as SiteFacts
    checkDurability(facts.durability, engine.durable)
    const journey = await contender.journey(facts.port)
    const reader = await engine.openReader(database)
    return {
      contender,
      facts,
      journey,
      database,
      explain,
      async takeLinks(count) {
        child.send({ links: count })
        return (await Promise.race([answerOf(child, 90_000, "It handed over no links."), ended.promise])) as LinksMade
      },
      count: (sql) => reader.count(sql),
      async stop() {
        await reader.close()
        await end(child)
      },
    }
  } catch (cause) {
    await end(child)
    throw explain(cause)
  }
}

const PRINTED_MAX = 4_000

/** Keeps the end of what a site prints, for when it fails. */
function listen(child: ChildProcess, name: string): RunningSite["explain"] {
  let printed = ""
  const keep = (chunk: string) => {
    printed = (printed + chunk).slice(-PRINTED_MAX)
  }
  child.stdout?.setEncoding("utf8").on("data", keep)
  child.stderr?.setEncoding("utf8").on("data", keep)
  return (cause) => {
    const said = printed === "" ? "" : `\nIt printed: ${printed}`
    return new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}${said}`, { cause })
  }
}

async function answerOf(child: ChildProcess, withinMs: number, problem: string): Promise<unknown> {
  const signal = AbortSignal.timeout(withinMs)
  try {
    const [message] = (await once(child, "message", { signal })) as [unknown]
    return message
  } catch (cause) {
    throw new Error(problem, { cause })
  }
}

function checkDurability(durability: Durability, wanted: Durability): void {
  if (Object.entries(wanted).every(([setting, value]) => durability[setting] === value)) return
  throw new Error(`It doesn't write as durably as the others: ${JSON.stringify(durability)}`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, "exit")
  child.kill("SIGKILL")
  await exited
}
