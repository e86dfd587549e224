import { once } from "node:events"
import type { AddressInfo, Socket } from "node:net"
import { text } from "node:stream/consumers"
import { SMTPServer, type SMTPServerSession } from "smtp-server"
import type { SmtpStage } from "./points.ts"

/** What a mail server does at a stage instead of going on. */
export type Trouble = { readonly reply: number } | "hang" | "cut"

export interface MailServerOptions {
  /** Asked at each stage of each message. `from` is the process of the site that sends. */
  trouble(stage: SmtpStage, from: string, to: string): Trouble | null
  deliver(to: string, raw: string, from: string): void
}

/** A real SMTP server for the sites of a round, with whatever it may do wrong. */
export interface MailServer {
  readonly port: number
  /** Closes its port and cuts whoever is there, until the returned function is called. */
  goAway(): Promise<() => Promise<void>>
  close(): Promise<void>
}

export async function openMailServer(options: MailServerOptions): Promise<MailServer> {
  let server = createServer(options)
  const port = await listen(server, 0)
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  return {
    port,
    close,
    async goAway() {
      for (const socket of socketsOf(server)) socket.destroy()
      await close()
      return async () => {
        server = createServer(options)
        await listen(server, port)
      }
    },
  }
}

function createServer({ trouble, deliver }: MailServerOptions): SMTPServer {
  const meet = (stage: SmtpStage, session: SMTPServerSession, to: string, go: (refusal?: Error) => void) => {
    const met = trouble(stage, String(session.user), to)
    if (met === null) return go()
    if (met === "cut") return socketOf(server, session)?.destroy()
    if (met !== "hang") go(refusalOf(met))
  }
  const server = new SMTPServer({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth({ username = "" }, session, callback) {
      const who = { ...session, user: username }
      meet("greeted", who, "", (refusal) => (refusal ? callback(refusal) : callback(null, { user: username })))
    },
    onMailFrom: (_address, session, callback) => meet("mail-from", session, "", callback),
    onRcptTo: ({ address }, session, callback) => meet("rcpt-to", session, address, callback),
    async onData(stream, session, callback) {
      const to = session.envelope.rcptTo[0]?.address ?? ""
      const from = String(session.user)
      stream.once("data", () => meet("data-begun", session, to, () => undefined))
      const raw = await text(stream).catch(() => null)
      if (raw === null) return
      const met = trouble("data-ended", from, to)
      if (met !== null && typeof met !== "string") return callback(refusalOf(met))
      // From the dot on the message is ours, whether or not the other side hears that (RFC 5321 §4.2.5, §6.1).
      deliver(to, raw, from)
      if (met === null) callback()
      else if (met === "cut") socketOf(server, session)?.destroy()
    },
  })
  // A process that is killed hangs up in the middle.
  server.on("error", () => undefined)
  return server
}

async function listen(server: SMTPServer, port: number): Promise<number> {
  server.listen(port, "127.0.0.1")
  await once(server.server, "listening")
  return (server.server.address() as AddressInfo).port
}

function refusalOf({ reply }: { readonly reply: number }): Error {
  return Object.assign(new Error("not now"), { responseCode: reply })
}

type Connection = { readonly session: SMTPServerSession; readonly _socket: Socket }

/** The package has no way to hang up in the middle of a message. */
function socketOf(server: SMTPServer, { id }: SMTPServerSession): Socket | undefined {
  return connectionsOf(server).find(({ session }) => session.id === id)?._socket
}

function socketsOf(server: SMTPServer): readonly Socket[] {
  return connectionsOf(server).map(({ _socket }) => _socket)
}

function connectionsOf(server: SMTPServer): readonly Connection[] {
  return [...(server.connections as unknown as ReadonlySet<Connection>)]
}
