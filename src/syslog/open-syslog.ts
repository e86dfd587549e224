import { hostname } from "node:os"
import { SECOND } from "../core/clock.ts"
import { LinklatchError } from "../core/fault.ts"
import { openStreamChannel } from "./stream-channel.ts"
import { type SyslogMessage, writeSyslogMessage } from "./syslog-message.ts"
import { readSyslogUrl } from "./syslog-url.ts"
import { openUdpChannel } from "./udp-channel.ts"

export interface SyslogOptions {
  /** Certificates to trust instead of the usual ones, as PEM, with `tls://`. */
  readonly ca?: string | undefined
  /** In milliseconds: how long connecting may take, and how long a server may take nothing. Default 10 seconds. */
  readonly timeout?: number | undefined
  /** APP-NAME. Default `linklatch`. */
  readonly program?: string | undefined
}

/** A syslog server elsewhere. */
export interface Syslog {
  /**
   * Resolves once the message has left this machine's hands. Syslog has no answer, so that is all that can be known; where it is
   * known to have failed, it rejects with `outlet_failed`, and the next call connects anew. Calls may overlap: they go out in their order.
   */
  send(message: SyslogMessage): Promise<void>
  /** Sends what is under way, and hangs up. */
  close(): Promise<void>
}

/**
 * Sends messages of RFC 5424, facility 13 (log audit), to `udp://host:514` (RFC 5426), `tcp://host:514` (RFC 6587, octet counting) or
 * `tls://host:6514` (RFC 5425). Connects with the first message.
 *
 * @throws LinklatchError `invalid_configuration` where the URL is none of these
 */
export function openSyslog(url: string, options: SyslogOptions = {}): Syslog {
  const { ca, timeout = 10 * SECOND, program = "linklatch" } = options
  const server = readSyslogUrl(url)
  if (server === null) throw badUrl()
  const sender = { host: hostname(), program, processId: process.pid }
  const channel = server.transport === "udp" ? openUdpChannel(server) : openStreamChannel(server, { ca, timeout })
  return {
    async send(message) {
      try {
        await channel.send(writeSyslogMessage(message, sender))
      } catch (cause) {
        throw new LinklatchError("outlet_failed", "The syslog server didn't take a message.", { cause })
      }
    },
    close: () => channel.close(),
  }
}

function badUrl(): LinklatchError {
  const problem = "It is not the address of a syslog server."
  const cure = "Give tls://host:6514, tcp://host:514 or udp://host:514, with nothing after it."
  return new LinklatchError("invalid_configuration", `${problem} ${cure}`, {
    faults: [{ setting: "syslog.url", problem, cure }],
  })
}
