import { connect, type Socket } from "node:net"
import { isLast, type Reply, readReply } from "../reply.ts"

/** Sends requests over keep-alive connections, to the processes of a site in turn. */
export interface HttpClient {
  send(request: Buffer): Promise<Reply>
  close(): void
}

const ANSWER_WITHIN_MS = 15_000

export function createHttpClient(ports: readonly number[]): HttpClient {
  const idle = new Map<number, Socket[]>(ports.map((port) => [port, []]))
  const open = new Set<Socket>()
  let sent = 0
  return {
    async send(request) {
      const port = ports[sent++ % ports.length] ?? 0
      const socket = idle.get(port)?.pop() ?? connect({ host: "127.0.0.1", port, noDelay: true })
      open.add(socket)
      const reply = await converse(socket, request)
      if (isLast(reply)) socket.destroy()
      else {
        // Where the site closes it meanwhile, nobody is to find it.
        const forget = () => {
          open.delete(socket)
          idle.set(port, idle.get(port)?.filter((one) => one !== socket) ?? [])
        }
        socket.once("close", forget)
        idle.get(port)?.push(socket)
      }
      return reply
    },
    close() {
      for (const socket of open) socket.destroy()
    },
  }
}

function converse(socket: Socket, request: Buffer): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  let received = ""
  const read = (chunk: Buffer) => {
    received += chunk.toString("latin1")
    const reply = readReply(received)
    if (reply !== null) resolve(reply)
  }
  const fail = () => reject(new Error("The site closed the connection without an answer."))
  const giveUp = setTimeout(() => reject(new Error(`No answer for ${ANSWER_WITHIN_MS / 1_000} s.`)), ANSWER_WITHIN_MS)
  socket.removeAllListeners()
  socket.on("data", read)
  socket.on("error", reject)
  socket.on("close", fail)
  socket.write(request)
  return promise.finally(() => {
    clearTimeout(giveUp)
    socket.removeAllListeners()
    // An idle connection that breaks is no fault of anybody's.
    socket.on("error", () => socket.destroy())
  })
}
