import type { RedisConnection } from "./redis-client.ts"
import { createScript, type Script } from "./script.ts"
import { TooLate, within } from "./within.ts"

/** What became of a question to Redis. */
export type Answer = { readonly status: "answered"; readonly value: unknown } | { readonly status: "away" }

/** A change of what Redis is to this process. */
export type RedisStateChange =
  /** Limits and sessions go to the database. `reason`: `timeout`, `not_connected`, or the first word of what Redis said, as `OOM`. */
  | { readonly status: "away"; readonly reason: string }
  /** Redis decides again. */
  | { readonly status: "back" }

interface LinkOptions {
  readonly probeKey: string
  /** Milliseconds that anybody waits for an answer. */
  readonly timeout: number
  readonly onStateChange: (change: RedisStateChange) => void
}

const AWAY: Answer = { status: "away" }
const PROBE_EVERY = 1_000
// Writes, as taking a limit does: a replica that may only be read and a Redis that is full answer every PING.
const PROBE = createScript("return redis.call('SET', KEYS[1], '1', 'PX', 1000)")

/**
 * Asks Redis, and never waits long for it. After the first failure it is away for this process: nothing is asked, so a Redis
 * that hangs costs its time-out once and not with each request, until a probe, once a second, finds it well.
 */
export class RedisLink {
  readonly #connection: RedisConnection
  readonly #probeKey: string
  readonly #timeout: number
  readonly #onStateChange: (change: RedisStateChange) => void
  #isAway = false
  #isClosed = false
  readonly #underWay = new Set<Promise<unknown>>()
  #probeTimer: NodeJS.Timeout | undefined
  #becomesReady: Promise<void> | null = null

  constructor(connection: RedisConnection, { probeKey, timeout, onStateChange }: LinkOptions) {
    this.#connection = connection
    this.#probeKey = probeKey
    this.#timeout = timeout
    this.#onStateChange = onStateChange
  }

  /** `whenLate` hears of an answer that comes when nobody waits for it any more: from a Redis that hung, or by a client that asks again. */
  run(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    whenLate?: (value: unknown) => void,
  ): Promise<Answer> {
    return this.#ask(() => this.#evaluate(script, keys, args), whenLate)
  }

  command(command: string, args: readonly string[]): Promise<Answer> {
    return this.#ask(() => this.#connection.send(command, args))
  }

  /** Sends and waits for nothing, even where Redis is thought to be away: it may undo what came late. */
  tell(command: string, args: readonly string[]): void {
    if (!this.#isClosed && this.#connection.isReady()) this.#connection.send(command, args).catch(() => undefined)
  }

  /** Waits for what was asked, and for its first consequences, then asks no more. The client stays open: it is the application's. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#probeTimer)
    await Promise.allSettled(this.#underWay)
    await new Promise((resolve) => void setImmediate(resolve))
  }

  async #ask(send: () => Promise<unknown>, whenLate?: (value: unknown) => void): Promise<Answer> {
    if (this.#isAway || this.#isClosed) return AWAY
    const sent = this.#send(send, whenLate)
    this.#underWay.add(sent)
    try {
      return { status: "answered", value: await sent }
    } catch (error) {
      this.#leave(reasonOf(error))
      return AWAY
    } finally {
      this.#underWay.delete(sent)
    }
  }

  async #send(send: () => Promise<unknown>, whenLate?: (value: unknown) => void): Promise<unknown> {
    // A client that isn't ready would keep the command for later, when nobody waits for it any more.
    if (!this.#connection.isReady()) await within(this.#timeout, this.#whenReady(), "not_connected")
    return within(this.#timeout, send(), "timeout", whenLate)
  }

  // It is only just starting, or comes back from an interruption that nobody needs to notice.
  #whenReady(): Promise<void> {
    this.#becomesReady ??= new Promise((resolve) => {
      this.#connection.onceReady(() => {
        this.#becomesReady = null
        resolve()
      })
    })
    return this.#becomesReady
  }

  // Redis forgets its scripts when it restarts or is told to (SCRIPT FLUSH): whoever notices sends the source again.
  async #evaluate(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args.map(String)]
    try {
      return await this.#connection.send("EVALSHA", [script.sha, ...rest])
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error
      return this.#connection.send("EVAL", [script.source, ...rest])
    }
  }

  #leave(reason: string): void {
    if (this.#isAway || this.#isClosed) return
    this.#isAway = true
    this.#probeSoon()
    this.#onStateChange({ status: "away", reason })
  }

  #probeSoon(): void {
    this.#probeTimer = setTimeout(() => void this.#probe(), PROBE_EVERY)
    this.#probeTimer.unref()
  }

  async #probe(): Promise<void> {
    const isWell = await this.#send(() => this.#evaluate(PROBE, [this.#probeKey], [])).then(
      () => true,
      () => false,
    )
    if (this.#isClosed) return
    if (!isWell) return this.#probeSoon()
    this.#isAway = false
    this.#onStateChange({ status: "back" })
  }
}

// Of a message only what can hold no secret.
function reasonOf(error: unknown): string {
  if (error instanceof TooLate) return error.reason
  const { code, message, name } = error as { code?: unknown; message?: unknown; name?: unknown }
  if (typeof code === "string") return code
  const [word] = /^[A-Z][A-Z0-9]+\b/.exec(String(message)) ?? []
  return word ?? String(name ?? "error")
}
