import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { withCompileCache } from "../compile-cache.ts"
import { isOfSealing } from "./points.ts"
import type { Doom, SiteErrand, SiteOrder } from "./site-process.ts"

/** A process of the site that runs. */
export interface Site {
  readonly name: string
  readonly port: number
  readonly child: ChildProcess
  /** How far its clock is ahead. */
  aheadMs: number
}

/** A death, and when what took its place was ready. Times by the machine's clock. */
export interface Death {
  readonly doom: Doom
  readonly at: number
  readonly replacedAt: number
}

export interface FleetOptions {
  readonly size: number
  /** Where all processes write what they say. */
  readonly outputFile: string
  /** The errand of a process by its name; doom and clock are the fleet's. */
  errand(name: string): Omit<SiteErrand, "doom" | "aheadMs" | "isYielding">
}

const READY_WITHIN_MS = 60_000

/** Processes of one site on one database. What dies is replaced. */
export class Fleet {
  readonly deaths: Death[] = []
  readonly sites: Site[] = []
  /** Processes that ended though nobody killed them. */
  readonly fallen: string[] = []
  readonly #retiring = new WeakSet<ChildProcess>()
  readonly #options: FleetOptions
  readonly #replacing = new Set<Promise<unknown>>()
  readonly #doomed = new Map<string, Doom>()
  #dooms: Doom[] = []
  #aheadMs = 0
  #started = 0
  #isStopping = false

  constructor(options: FleetOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.size }, () => this.#startOne()))
  }

  /** Replaces half of the processes by such as die, each where the next of these dooms says, until all have come true. */
  async condemn(dooms: readonly Doom[]): Promise<void> {
    this.#dooms = [...dooms]
    const victims = this.sites.slice(0, Math.floor(this.#options.size / 2))
    await Promise.all(victims.map((site) => this.replace(site)))
    for (const site of this.sites) this.#tell(site)
  }

  /** Nobody has to die any more. Returns where nobody has. */
  spare(): readonly Doom[] {
    const left = [...this.#dooms.splice(0), ...this.#doomed.values()]
    this.#doomed.clear()
    for (const site of this.sites) this.#tell(site)
    return left
  }

  /** Whether all dooms have come true. */
  get isThrough(): boolean {
    return this.#dooms.length === 0 && this.#doomed.size === 0 && this.#replacing.size === 0
  }

  /** Ends a process in good order, and starts another. */
  async replace(site: Site): Promise<void> {
    this.sites.splice(this.sites.indexOf(site), 1)
    this.#retiring.add(site.child)
    await hangUp(site.child)
    await this.#startOne()
  }

  doomOf(name: string): Doom | undefined {
    return this.#doomed.get(name)
  }

  /** Ends a process at once. */
  kill(name: string): void {
    this.sites.find((site) => site.name === name)?.child.kill("SIGKILL")
  }

  /** Moves the clocks of all that run and will run. */
  moveClocks(ms: number): void {
    this.#aheadMs += ms
    for (const site of this.sites) this.setClock(site, site.aheadMs + ms)
  }

  setClock(site: Site, aheadMs: number): void {
    site.aheadMs = aheadMs
    this.#tell(site)
  }

  /** One of those that run, chosen by chance; waits while there is none. */
  async any(signal: AbortSignal): Promise<Site> {
    for (;;) {
      signal.throwIfAborted()
      const site = this.sites[Math.floor(Math.random() * this.sites.length)]
      if (site !== undefined) return site
      await pause(10)
    }
  }

  /** Hangs up; resolves with the exit codes when all have ended. */
  async stop(): Promise<readonly (number | null)[]> {
    this.#isStopping = true
    await Promise.all(this.#replacing)
    return Promise.all(this.sites.map(({ child }) => hangUp(child)))
  }

  async #startOne(): Promise<void> {
    const name = `site-${++this.#started}`
    const doom = this.#dooms.shift() ?? null
    if (doom !== null) this.#doomed.set(name, doom)
    const errand: SiteErrand = {
      ...this.#options.errand(name),
      doom,
      aheadMs: this.#aheadMs,
      isYielding: this.#isYielding(name),
    }
    const output = openSync(this.#options.outputFile, "a")
    const child = fork(new URL("./site-process.ts", import.meta.url), [JSON.stringify(errand)], {
      execArgv: [],
      env: withCompileCache,
      stdio: ["ignore", output, output, "ipc"],
    })
    closeSync(output)
    const died = once(child, "exit").then(() => null)
    void died.then(() => this.#bury(name, child))
    const ready = once(child, "message", { signal: AbortSignal.timeout(READY_WITHIN_MS) })
    ready.catch(() => undefined)
    const [message] = (await Promise.race([ready, died])) ?? []
    if (message !== undefined) this.sites.push({ name, port: message.port, child, aheadMs: this.#aheadMs })
  }

  #bury(name: string, child: ChildProcess): void {
    const index = this.sites.findIndex((site) => site.name === name)
    if (index !== -1) this.sites.splice(index, 1)
    const doom = this.#doomed.get(name)
    this.#doomed.delete(name)
    if (this.#isStopping || this.#retiring.has(child)) return
    if (child.signalCode !== "SIGKILL")
      this.fallen.push(`${name} ended by itself (${child.exitCode ?? child.signalCode})`)
    const at = Date.now()
    const replacing = this.#startOne().then(() => {
      this.#replacing.delete(replacing)
      for (const site of this.sites) this.#tell(site)
      if (doom !== undefined) this.deaths.push({ doom, at, replacedAt: Date.now() })
    })
    this.#replacing.add(replacing)
  }

  /** Where somebody is to die while they seal, the others leave it to them: else they might never get to. */
  #isYielding(name: string): boolean {
    const isAwaited = [...this.#dooms, ...this.#doomed.values()].some(({ point }) => isOfSealing(point))
    return isAwaited && !this.#doomed.has(name)
  }

  #tell({ name, child, aheadMs }: Site): void {
    const order: SiteOrder = { aheadMs, isSpared: !this.#doomed.has(name), isYielding: this.#isYielding(name) }
    if (child.connected) child.send(order, () => undefined)
  }
}

async function hangUp(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exit = once(child, "exit")
  child.disconnect()
  return (await exit)[0] as number | null
}
