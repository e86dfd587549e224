import { connect, type Socket } from "node:net"
import { isLast, type Reply, readReply } from "../reply.ts"

export interface OpenLoop {
  /** The processes of the site; connections are spread over them evenly, and taken in turn. */
  readonly ports: readonly number[]
  readonly connections: number
  /** When each request is due, in order: milliseconds from the start. */
  readonly arrivals: Float64Array
  request(index: number): Buffer
  /** Throws where an answer isn't what was asked for. */
  read(reply: Reply, index: number): void
  /** When to stop waiting, milliseconds from the start. */
  readonly stopAfterMs: number
}

/** What became of each request, by its number. Times are milliseconds. */
export interface OpenLoopResult {
  /** From when it was *due* to the whole answer, right or wrong. Where there was none in time: how long it was waited for. */
  readonly times: Float64Array
  /** From when it was due to when this program turned to it: what the program itself is late by. */
  readonly lags: Float64Array
  readonly sent: number
  readonly answered: number
  /** Wrong answers and connections that broke. */
  readonly failed: number
  readonly firstFailure: string | null
  /** How many had to wait for a free connection, as browsers wait for a proxy that has no more to the site. */
  readonly waited: number
  /** From the start to the last answer. */
  readonly tookMs: number
}

const NEVER = -1
// How long this program may sleep at a time. `setTimeout` knows whole milliseconds alone, and to look all the time would
// take a core from the site.
const NAP_MS = 0.2
const nap = new Int32Array(new SharedArrayBuffer(4))

/**
 * Sends each request when it is due, whether or not those before it were answered: an open loop. A site that stands still
 * delays everybody who comes meanwhile, and each of them is measured from when they meant to come.
 */
export async function sendOnSchedule(plan: OpenLoop): Promise<OpenLoopResult> {
  const sender = new Sender(plan)
  try {
    await sender.connect()
    return await sender.run()
  } finally {
    sender.close()
  }
}

class Sender {
  readonly #plan: OpenLoop
  readonly #times: Float64Array
  readonly #lags: Float64Array
  readonly #idle: Connection[] = []
  readonly #all = new Set<Connection>()
  // Numbers of those that are due and not sent: from `#sent` to `#due`.
  #due = 0
  #sent = 0
  #answered = 0
  #failed = 0
  #firstFailure: string | null = null
  #waited = 0
  // Numbers below it that are not sent yet had no free connection when they were due.
  #turnedAway = 0
  #startedAt = 0
  #lastAt = 0
  #isClosed = false

  constructor(plan: OpenLoop) {
    this.#plan = plan
    this.#times = new Float64Array(plan.arrivals.length).fill(NEVER)
    this.#lags = new Float64Array(plan.arrivals.length)
  }

  /** Opens all connections, in the order in which they will be taken. */
  async connect(): Promise<void> {
    const { ports, connections } = this.#plan
    const opening = Array.from({ length: connections }, (_, index) => this.#open(ports[index % ports.length] ?? 0))
    this.#idle.push(...(await Promise.all(opening)))
  }

  async run(): Promise<OpenLoopResult> {
    const { arrivals, stopAfterMs } = this.#plan
    this.#startedAt = performance.now()
    for (;;) {
      const now = performance.now() - this.#startedAt
      this.#takeDue(now)
      this.#sendWaiting()
      this.#turnedAway = this.#due
      if (this.#answered + this.#failed === arrivals.length || now > stopAfterMs) break
      this.#rest((arrivals[this.#due] ?? Number.POSITIVE_INFINITY) - now)
      // Answers that have come in meanwhile are read before the next turn.
      await new Promise(setImmediate)
    }
    return this.#result()
  }

  close(): void {
    const open = [...this.#all]
    // Forgotten first, so that none is opened anew.
    this.#all.clear()
    this.#isClosed = true
    for (const { socket } of open) socket.destroy()
  }

  #takeDue(now: number): void {
    const { arrivals } = this.#plan
    for (let due = arrivals[this.#due]; due !== undefined && due <= now; due = arrivals[this.#due])
      this.#lags[this.#due++] = now - due
  }

  #sendWaiting(): void {
    while (this.#sent < this.#due) {
      const connection = this.#idle.shift()
      if (connection === undefined) return
      this.#send(connection)
    }
  }

  #send(connection: Connection): void {
    const index = this.#sent++
    if (index < this.#turnedAway) this.#waited++
    connection.index = index
    connection.socket.write(this.#plan.request(index))
  }

  #rest(untilDueMs: number): void {
    const length = Math.min(untilDueMs, NAP_MS)
    if (length > 0.02) Atomics.wait(nap, 0, 0, length)
  }

  async #open(port: number): Promise<Connection> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true })
    const connection: Connection = { socket, port, index: null, received: "" }
    if (this.#isClosed) socket.destroy()
    else this.#all.add(connection)
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve)
      socket.once("error", reject)
    })
    socket.on("data", (chunk) => this.#receive(connection, chunk))
    socket.on("error", (error) => this.#lose(connection, error.message))
    socket.on("close", () => this.#lose(connection, "The site closed the connection without an answer."))
    return connection
  }

  #receive(connection: Connection, chunk: Buffer): void {
    connection.received += chunk.toString("latin1")
    const reply = readReply(connection.received)
    const { index } = connection
    if (reply === null || index === null) return
    connection.received = ""
    connection.index = null
    this.#note(index, () => this.#plan.read(reply, index))
    if (isLast(reply)) {
      connection.socket.destroy()
      return
    }
    this.#idle.push(connection)
    this.#sendWaiting()
  }

  #note(index: number, read: () => void): void {
    const now = performance.now() - this.#startedAt
    this.#times[index] = now - (this.#plan.arrivals[index] ?? 0)
    this.#lastAt = now
    try {
      read()
      this.#answered++
    } catch (error) {
      this.#failed++
      this.#firstFailure ??= error instanceof Error ? error.message : String(error)
    }
  }

  /** A connection that ended is opened anew; a request that was on it has failed. */
  #lose(connection: Connection, problem: string): void {
    if (!this.#all.delete(connection)) return
    const { index, port } = connection
    if (index !== null)
      this.#note(index, () => {
        throw new Error(problem)
      })
    const place = this.#idle.indexOf(connection)
    if (place !== -1) this.#idle.splice(place, 1)
    // Where nobody listens any more, the requests that wait say so by getting no answer.
    this.#open(port).then(
      (opened) => this.#idle.push(opened),
      (error: unknown) => (this.#firstFailure ??= String(error)),
    )
  }

  #result(): OpenLoopResult {
    const { arrivals, stopAfterMs } = this.#plan
    for (let index = 0; index < arrivals.length; index++)
      if (this.#times[index] === NEVER) this.#times[index] = Math.max(0, stopAfterMs - (arrivals[index] ?? 0))
    return {
      times: this.#times,
      lags: this.#lags.subarray(0, this.#due),
      sent: this.#sent,
      answered: this.#answered,
      failed: this.#failed,
      firstFailure: this.#firstFailure,
      waited: this.#waited,
      tookMs: this.#lastAt,
    }
  }
}

interface Connection {
  readonly socket: Socket
  readonly port: number
  /** The request that it carries. */
  index: number | null
  received: string
}
