export interface SyslogServer {
  readonly transport: "udp" | "tcp" | "tls"
  readonly host: string
  readonly port: number
}

// RFC 5426 §3.3, RFC 6587 §5 (by custom) and RFC 5425 §4.1.
const PORTS = { udp: 514, tcp: 514, tls: 6514 } as const
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])$/i

/** `udp://`, `tcp://` or `tls://`, a host, and a port where it isn't the usual one; nothing else. Null where it is anything else. */
export function readSyslogUrl(text: string): SyslogServer | null {
  const url = URL.parse(text)
  if (url === null || url.username || url.password || url.search || url.hash) return null
  const transport = url.protocol.slice(0, -1)
  if (!isTransport(transport) || !HOST.test(url.hostname) || !["", "/"].includes(url.pathname)) return null
  if (url.port === "0") return null
  const port = url.port === "" ? PORTS[transport] : Number(url.port)
  return { transport, host: url.hostname.replace(/^\[|\]$/g, ""), port }
}

function isTransport(text: string): text is SyslogServer["transport"] {
  return Object.hasOwn(PORTS, text)
}
