import { connect as connectTcp, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"
import type { SyslogChannel } from "./syslog-channel.ts"
import type { SyslogServer } from "./syslog-url.ts"

export interface StreamChannelOptions {
  /** Certificates to trust instead of the usual ones, as PEM. */
  readonly ca?: string | undefined
  /** In milliseconds: how long connecting may take, and how long a server may take nothing. */
  readonly timeout: number
}

/**
 * RFC 6587 §3.4.1 and RFC 5425: a connection that is kept, and each message behind its length. Neither has a word for "I have it": what a server hadn't
 * read when it died is lost.
 */
export function openStreamChannel(server: SyslogServer, options: StreamChannelOptions): SyslogChannel {
  let connecting: Promise<Socket> | null = null

  function connection(): Promise<Socket> {
    connecting ??= connect(server, options, () => {
      connecting = null
    })
    return connecting
  }

  return {
    async send(message) {
      const socket = await connection()
      const frame = Buffer.concat([Buffer.from(`${message.length} `), message])
      await new Promise<void>((resolve, reject) => socket.write(frame, (error) => (error ? reject(error) : resolve())))
    },
    async close() {
      const socket = await connecting?.catch(() => null)
      connecting = null
      if (socket) await end(socket)
    },
  }
}

function connect(
  { transport, host, port }: SyslogServer,
  { ca, timeout }: StreamChannelOptions,
  onGone: () => void,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const isTls = transport === "tls"
    const socket = isTls
      ? // Said aloud so that NODE_TLS_REJECT_UNAUTHORIZED=0 can't unsay it. A server name can't be an address (RFC 6066 §3).
        connectTls({ host, port, rejectUnauthorized: true, ...(ca !== undefined && { ca }), ...nameOf(host) })
      : connectTcp({ host, port })
    let isReady = false
    socket.setKeepAlive(true, timeout)
    socket.setTimeout(timeout, () => {
      if (!isReady || socket.writableLength > 0) socket.destroy(new Error("The syslog server took nothing in time."))
    })
    socket.once(isTls ? "secureConnect" : "connect", () => {
      isReady = true
      resolve(socket)
    })
    socket.on("error", reject)
    socket.on("close", () => {
      onGone()
      reject(new Error("The syslog server closed the connection."))
    })
    // A server has nothing to say. If it says something all the same, its hanging up is noticed only by whoever reads that.
    socket.resume()
  })
}

function nameOf(host: string): { servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host }
}

const END_WITHIN = 1_000

function end(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => socket.destroy(), END_WITHIN)
    socket.once("close", () => {
      clearTimeout(cut)
      resolve()
    })
    socket.end()
  })
}
