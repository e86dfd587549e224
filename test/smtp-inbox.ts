import { execFileSync } from "node:child_process"
import { once } from "node:events"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { text } from "node:stream/consumers"
import PostalMime, { type Email } from "postal-mime"
import { SMTPServer, type SMTPServerOptions } from "smtp-server"

/** One message as a mail server took it. */
export interface Delivery {
  readonly mailFrom: string
  readonly rcptTo: readonly string[]
  readonly isSecure: boolean
  readonly raw: string
  readonly email: Email
}

/** A real SMTP server on this machine that keeps what it takes. */
export interface SmtpInbox {
  readonly port: number
  readonly deliveries: Delivery[]
  close(): Promise<void>
}

/** Opens one, plain and without users unless `options` says otherwise. */
export async function openSmtpInbox(options: SMTPServerOptions = {}): Promise<SmtpInbox> {
  const deliveries: Delivery[] = []
  const server = new SMTPServer({
    authOptional: true,
    // Without a certificate of its own it would offer one that everybody has the key of, and warn about it.
    ...(options.key === undefined ? { hideSTARTTLS: true } : {}),
    disableReverseLookup: true,
    closeTimeout: 100,
    async onData(stream, session, callback) {
      const raw = await text(stream)
      const { mailFrom, rcptTo } = session.envelope
      deliveries.push({
        mailFrom: mailFrom === false ? "" : mailFrom.address,
        rcptTo: rcptTo.map(({ address }) => address),
        isSecure: session.secure,
        raw,
        email: await PostalMime.parse(raw),
      })
      callback()
    },
    ...options,
  })
  // A client that dislikes our certificate hangs up in the middle: that is what some tests are about.
  server.on("error", () => undefined)
  server.listen(0, "127.0.0.1")
  await once(server.server, "listening")
  return {
    port: portOf(server.server),
    deliveries,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A server that says what `onConnect` writes: for answers that no real one gives. */
export async function openRawServer(
  onConnect: (socket: Socket) => void,
): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => socket.destroy())
    onConnect(socket)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    port: portOf(server),
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, "close")
    },
  }
}

/** A key and its own certificate, good for `subjectAltName` alone. */
export function makeCertificate(subjectAltName: string): { key: string; cert: string } {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "-"]
  const certificate = ["-x509", "-days", "2", "-subj", "/CN=test", "-addext", `subjectAltName=${subjectAltName}`]
  const pem = execFileSync("openssl", ["req", ...key, ...certificate, "-out", "-"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  })
  const certificateAt = pem.indexOf("-----BEGIN CERTIFICATE-----")
  return { key: pem.slice(0, certificateAt), cert: pem.slice(certificateAt) }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
