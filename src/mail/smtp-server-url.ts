import { isIP } from "node:net"

/** Where a mail server is and how to speak to it. */
export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** TLS from the first byte. */
  readonly isImplicitTls: boolean
  /** On this machine: nobody can listen in between. */
  readonly isLoopback: boolean
  readonly user: string | null
  readonly password: string | null
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"])

/**
 * Reads `smtps://user:password@host:465` or `smtp://host:587`; null where it is neither. A query is refused: mail
 * libraries read options from it, and one of them turns the check of certificates off.
 */
export function readSmtpServerUrl(text: unknown): SmtpServer | null {
  const url = typeof text === "string" ? URL.parse(text) : null
  if (url === null || (url.protocol !== "smtp:" && url.protocol !== "smtps:")) return null
  if (url.search !== "" || url.hash !== "" || (url.pathname !== "" && url.pathname !== "/")) return null
  const host = url.hostname.toLowerCase().replace(/^\[(.*)\]$/, "$1")
  const user = decode(url.username)
  const password = decode(url.password)
  if (!isHost(host) || user === null || password === null || (user === "") !== (password === "")) return null
  const isImplicitTls = url.protocol === "smtps:"
  return {
    host,
    port: Number(url.port) || (isImplicitTls ? 465 : 587),
    isImplicitTls,
    isLoopback: LOOPBACK.has(host),
    user: user || null,
    password: password || null,
  }
}

function isHost(host: string): boolean {
  return isIP(host) !== 0 || /^[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9])?$/.test(host)
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return null
    throw error
  }
}
