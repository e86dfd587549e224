import { createSocket, type Socket } from "node:dgram"
import { lookup } from "node:dns/promises"
import type { SyslogChannel } from "./syslog-channel.ts"
import type { SyslogServer } from "./syslog-url.ts"

// A name may move to another address, and nobody at the old one would say so.
const LOOKUP_EVERY = 60_000

/** RFC 5426: a datagram for each message. That one arrived is never told; that nobody listens is, with the next one. */
export function openUdpChannel({ host, port }: SyslogServer): SyslogChannel {
  let open: { readonly socket: Promise<Socket>; readonly at: number } | null = null
  let refusal: Error | null = null

  function current(): Promise<Socket> {
    if (open !== null && performance.now() - open.at < LOOKUP_EVERY) return open.socket
    drop()
    const socket = connect({ host, port }, (error) => {
      refusal = error
      drop()
    })
    open = { socket, at: performance.now() }
    socket.catch(drop)
    return socket
  }

  function drop(): void {
    open?.socket.then(
      (socket) => socket.close(),
      () => undefined,
    )
    open = null
  }

  return {
    async send(message) {
      const socket = await current()
      const refused = refusal
      refusal = null
      if (refused !== null) throw refused
      await new Promise<void>((resolve, reject) => socket.send(message, (error) => (error ? reject(error) : resolve())))
    },
    async close() {
      drop()
    },
  }
}

async function connect(
  { host, port }: Pick<SyslogServer, "host" | "port">,
  onError: (error: Error) => void,
): Promise<Socket> {
  const { address, family } = await lookup(host)
  const socket = createSocket(family === 6 ? "udp6" : "udp4")
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject)
      socket.connect(port, address, () => resolve())
    })
  } catch (error) {
    socket.close()
    throw error
  }
  socket.removeAllListeners("error").on("error", onError)
  return socket
}
