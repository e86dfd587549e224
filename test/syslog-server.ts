import { createSocket } from "node:dgram"
import { once } from "node:events"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { createServer as createTlsServer } from "node:tls"
import { expect } from "vitest"

/** A real syslog server on this machine that keeps what it takes. */
export interface SyslogServer {
  readonly url: string
  readonly port: number
  readonly messages: readonly string[]
  readonly connections: () => number
  /** Says something, hangs up on everybody, and goes on listening. */
  hangUp(): void
  close(): Promise<void>
}

export async function openUdpServer(port = 0): Promise<SyslogServer> {
  const messages: string[] = []
  const socket = createSocket("udp4", (bytes) => void messages.push(bytes.toString()))
  socket.bind(port, "127.0.0.1")
  await once(socket, "listening")
  return {
    url: `udp://127.0.0.1:${socket.address().port}`,
    port: socket.address().port,
    messages,
    connections: () => 0,
    hangUp: () => undefined,
    async close() {
      socket.close()
      await once(socket, "close")
    },
  }
}

export async function openTcpServer(tls?: { readonly key: string; readonly cert: string }): Promise<SyslogServer> {
  const messages: string[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const take = (socket: Socket): void => {
    connections += 1
    sockets.add(socket)
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket))
    readFrames(socket, messages)
  }
  const server: Server = tls === undefined ? createServer(take) : createTlsServer(tls, take)
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  const hangUp = () => {
    for (const socket of sockets) socket.end("so long\n")
  }
  return {
    url: `${tls === undefined ? "tcp" : "tls"}://127.0.0.1:${port}`,
    port,
    messages,
    connections: () => connections,
    hangUp,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, "close")
    },
  }
}

export async function messageOf(server: SyslogServer, index = 0): Promise<string> {
  await expect.poll(() => server.messages.length).toBeGreaterThan(index)
  return server.messages[index] as string
}

// RFC 6587 §3.4.1: the length in bytes, a space, the message; and again.
function readFrames(socket: Socket, messages: string[]): void {
  let waiting = Buffer.alloc(0)
  socket.on("data", (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk])
    for (;;) {
      const length = /^([1-9]\d{0,9}) /.exec(waiting.subarray(0, 12).toString("latin1"))
      if (length === null) return
      const start = length[0].length
      const end = start + Number(length[1])
      if (waiting.length < end) return
      messages.push(waiting.subarray(start, end).toString())
      waiting = waiting.subarray(end)
    }
  })
}
