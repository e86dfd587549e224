import { connect } from "node:net"

/** What one run of requests came to. Times are milliseconds. */
export interface LoadResult {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

/**
 * Sends `requests` over `connections` keep-alive connections, one at a time on each (a closed loop). Bare sockets: a
 * client that costs more than the server measures itself.
 */
export async function load(
  port: number,
  requests: readonly Buffer[],
  connections: number,
  expected: number,
): Promise<LoadResult> {
  const times: number[] = []
  let next = 0
  const startedAt = performance.now()
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port, noDelay: true })
      let sentAt = 0
      let received = ""
      const send = () => {
        const request = requests[next++]
        if (request === undefined) return socket.end(resolve)
        sentAt = performance.now()
        socket.write(request)
      }
      socket.on("connect", send)
      socket.on("error", reject)
      socket.on("data", (chunk) => {
        received += chunk.toString("latin1")
        if (!isWhole(received)) return
        const status = Number(received.slice(9, 12))
        if (status !== expected) return reject(new Error(`Expected ${expected}, got: ${received.slice(0, 400)}`))
        received = ""
        times.push(performance.now() - sentAt)
        send()
      })
    })
  await Promise.all(Array.from({ length: connections }, run))
  const seconds = (performance.now() - startedAt) / 1_000
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return { perSecond: Math.round(times.length / seconds), p50: at(0.5), p99: at(0.99) }
}

function isWhole(response: string): boolean {
  const head = response.indexOf("\r\n\r\n")
  if (head === -1) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(response.slice(0, head))
  if (length !== null) return response.length >= head + 4 + Number(length[1])
  return !/\r\ntransfer-encoding: chunked/i.test(response.slice(0, head)) || response.endsWith("0\r\n\r\n")
}
