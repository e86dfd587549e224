import { connect, type Socket } from "node:net"
import { quantile } from "./figures.ts"
import { isLast, type Reply, readReply } from "./reply.ts"

export interface Load {
  readonly port: number
  readonly connections: number
  readonly requests: readonly Buffer[]
  /** Looks at each answer; throws where it isn't what was asked for, which ends the run. */
  readonly read: (reply: Reply, index: number) => void
  /** No request starts later than this. Default: all are sent. */
  readonly forMs?: number
  /** Begin again with the first until the time is over; each is sent at least once. */
  readonly repeat?: boolean
}

/** What one run of requests came to. Times are milliseconds. */
export interface LoadResult {
  readonly sent: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** When the first was sent, by the clock of the wall. */
  readonly startedAt: number
}

const ANSWER_WITHIN_MS = 15_000
const ALL_WITHIN_MS = 300_000

/**
 * Sends requests over keep-alive connections to this machine, one at a time on each (a closed loop, no pipelining).
 * Bare sockets: a client that costs more than the server measures itself.
 */
export async function load(plan: Load): Promise<LoadResult> {
  const { connections, requests, forMs = ALL_WITHIN_MS, repeat = false } = plan
  const times: number[] = []
  const sockets = new Set<Socket>()
  const startedAt = performance.now()
  let next = 0
  const run: Run = {
    plan,
    times,
    sockets,
    // The index of the next request, or null when it is over.
    take() {
      const isOver = performance.now() - startedAt >= forMs
      if (repeat ? isOver && next >= requests.length : isOver || next >= requests.length) return null
      return next++ % requests.length
    },
  }
  const watchdog = setTimeout(
    () => cut(sockets, new Error(`Not done after ${ALL_WITHIN_MS / 1_000} s.`)),
    ALL_WITHIN_MS,
  )
  try {
    await Promise.all(Array.from({ length: connections }, () => drive(run)))
  } finally {
    clearTimeout(watchdog)
    cut(sockets)
  }
  const seconds = (performance.now() - startedAt) / 1_000
  return {
    sent: times.length,
    perSecond: times.length / seconds,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    startedAt: performance.timeOrigin + startedAt,
  }
}

interface Run {
  readonly plan: Load
  readonly times: number[]
  readonly sockets: Set<Socket>
  take(): number | null
}

/** One connection's worth of requests. Where the server closes it in order, it is opened anew. */
async function drive(run: Run): Promise<void> {
  for (let index = run.take(); index !== null; index = await converse(run, index));
}

/** Sends from `first` on; resolves with the index to go on with on a new connection, or null at the end. */
function converse({ plan, times, sockets, take }: Run, first: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: plan.port, noDelay: true })
    sockets.add(socket)
    let index = first
    let sentAt = 0
    let received = ""
    const end = (settle: () => void) => {
      sockets.delete(socket)
      socket.destroy()
      settle()
    }
    const fail = (error: Error) => end(() => reject(error))
    const send = () => {
      sentAt = performance.now()
      socket.write(plan.requests[index] ?? "")
    }
    socket.setTimeout(ANSWER_WITHIN_MS, () => fail(new Error(`No answer for ${ANSWER_WITHIN_MS / 1_000} s.`)))
    socket.on("connect", send)
    socket.on("error", fail)
    socket.on("close", () => fail(new Error("The site closed the connection without an answer.")))
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1")
      const reply = readReply(received)
      if (reply === null) return
      times.push(performance.now() - sentAt)
      received = ""
      try {
        plan.read(reply, index)
      } catch (error) {
        return fail(error instanceof Error ? error : new Error(String(error)))
      }
      const following = take()
      if (following === null || isLast(reply)) return end(() => resolve(following))
      index = following
      send()
    })
  })
}

function cut(sockets: ReadonlySet<Socket>, error?: Error): void {
  for (const socket of sockets) socket.destroy(error)
}
