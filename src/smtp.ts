import { randomUUID, X509Certificate } from "node:crypto"
import { SECOND } from "./core/clock.ts"
import { type ConfigurationFault, LinklatchError } from "./core/fault.ts"
import type { MailMessage, MailTransport } from "./core/mail/transport.ts"
import { openLate } from "./mail/open-late.ts"
import { isOneMailbox, readSender, type Sender } from "./mail/sender.ts"
import { smtpFailure } from "./mail/smtp-failure.ts"
import { readSmtpServerUrl, type SmtpServer } from "./mail/smtp-server-url.ts"

export interface SmtpOptions {
  /**
   * `smtps://user:password@host:465` for TLS from the first byte, or `smtp://user:password@host:587` for STARTTLS. User and
   * password are percent-encoded. A server that can't do TLS gets no mail, unless it is on this machine.
   */
  readonly url: string
  /** `Example <login@example.com>` or the address alone. */
  readonly from: string
  /** Given, if only as `{}`, TLS is required of a server on this machine too. Certificates are always checked. */
  readonly tls?:
    | {
        /** Certificates to trust instead of the usual ones, as PEM. */
        readonly ca?: string | undefined
      }
    | undefined
}

/**
 * Sends mail by SMTP over a pool of connections.
 *
 * @throws LinklatchError `invalid_configuration` where an option is wrong
 */
export function smtp(options: SmtpOptions): MailTransport {
  const { server, sender } = readOptions(options)
  const late = openLate(async () => {
    // Twice as long to load as Linklatch itself, and nobody waits for the first mail as they do for a start.
    const { createTransport } = await import("nodemailer")
    return createTransport(poolOptions(server, options.tls))
  })
  return {
    name: "smtp",
    async send(message, { signal }) {
      if (!isOneMailbox(message.to)) return { status: "failed", isPermanent: true, reason: "bad_address" }
      const pool = await late.get()
      try {
        await pool.sendMail({ ...mailOf(message, sender), signal })
        return { status: "sent" }
      } catch (error) {
        return smtpFailure(error)
      }
    },
    async verify() {
      const pool = await late.get()
      try {
        await pool.verify()
      } catch (error) {
        throw unusable(smtpFailure(error).reason)
      }
    },
    async close() {
      const pool = await late.whereOpen()
      pool?.close()
    },
  }
}

function readOptions(options: SmtpOptions): { server: SmtpServer; sender: Sender } {
  const faults: ConfigurationFault[] = []
  const server = readSmtpServerUrl(options.url)
  const sender = readSender(options.from)
  // The URL itself is never quoted: it holds a password (P12).
  if (server === null) {
    const cure =
      "Give smtps://user:password@host:465 or smtp://user:password@host:587, percent-encoded, with no options after it."
    faults.push({ setting: "smtp.url", problem: "It is not the URL of an SMTP server.", cure })
  }
  if (sender === null) {
    faults.push({ setting: "smtp.from", problem: "It is not a sender.", cure: "Give Example <login@example.com>." })
  }
  if (!isReadableCertificate(options.tls?.ca)) {
    faults.push({ setting: "smtp.tls.ca", problem: "It holds no certificate.", cure: "Give the certificates as PEM." })
  }
  if (server === null || sender === null || faults.length > 0) {
    throw new LinklatchError("invalid_configuration", "The SMTP transport can't be made from these options.", {
      faults,
    })
  }
  return { server, sender }
}

function isReadableCertificate(ca: string | undefined): boolean {
  if (ca === undefined) return true
  try {
    return new X509Certificate(ca).raw.length > 0
  } catch {
    // OpenSSL's many reasons all mean the same here.
    return false
  }
}

// The worker sends thirty-two at a time: with fewer hands the last would wait out their time before they are tried.
const MAX_CONNECTIONS = 16

function poolOptions(server: SmtpServer, tls: SmtpOptions["tls"]) {
  const isPlain = server.isLoopback && !server.isImplicitTls && tls === undefined
  const { user, password } = server
  return {
    pool: true as const,
    maxConnections: MAX_CONNECTIONS,
    host: server.host,
    port: server.port,
    secure: server.isImplicitTls,
    // Never "TLS if the server offers it": whoever sits in between would strike the offer out (EML-8).
    requireTLS: !server.isImplicitTls && !isPlain,
    ignoreTLS: isPlain,
    // Said aloud so that NODE_TLS_REJECT_UNAUTHORIZED=0 can't unsay it.
    tls: { rejectUnauthorized: true, ...(tls?.ca === undefined ? {} : { ca: tls.ca }) },
    ...(user === null || password === null ? {} : { auth: { user, pass: password }, forceAuth: true }),
    connectionTimeout: 10 * SECOND,
    greetingTimeout: 10 * SECOND,
    socketTimeout: 15 * SECOND,
    socketCloseTimeout: SECOND,
    // Only for a pooled connection that the server had closed unseen, before a byte of the message was sent.
    maxRequeues: 1,
    logger: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

function mailOf(message: MailMessage, sender: Sender) {
  const domain = sender.address.slice(sender.address.indexOf("@") + 1)
  return {
    from: { name: sender.name, address: sender.address },
    // As an object, and again as the envelope: a text would be parsed, and "a, b" reaches two people (EML-2).
    to: { name: "", address: message.to },
    envelope: { from: sender.address, to: [message.to] },
    subject: message.subject,
    text: message.text,
    html: message.html,
    textEncoding: "quoted-printable" as const,
    messageId: `<${randomUUID()}@${domain}>`,
    date: new Date(),
    xMailer: false as const,
    // RFC 3834 §5: no holiday notice in answer, please. Exchange wants it in a field of its own.
    headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
  }
}

const VERIFY_WORDS: Readonly<Record<string, { readonly problem: string; readonly cure: string }>> = {
  smtp_auth: { problem: "The mail server refused the user or the password.", cure: "Mend them in the SMTP URL." },
  smtp_tls: {
    problem: "There is no trusted TLS connection to the mail server.",
    cure: "Check host and port, that the certificate is for that host, and tls.ca where it is your own.",
  },
  dns: { problem: "The mail server's name can't be found.", cure: "Check the host in the SMTP URL." },
  connection: { problem: "The mail server can't be reached.", cure: "Check host, port and firewall." },
  timeout: { problem: "The mail server didn't answer in time.", cure: "Check host, port and firewall." },
}

function unusable(reason: string): LinklatchError {
  const words = VERIFY_WORDS[reason] ?? { problem: "The mail server refused us.", cure: "Look in its log." }
  const faults = [{ setting: "smtp.url", ...words }]
  return new LinklatchError("invalid_configuration", `${words.problem} ${words.cure} (${reason})`, { faults })
}
