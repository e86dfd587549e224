import { SECOND } from "../core/clock.ts"
import type { CheckpointOutlet, SignedCheckpoint } from "../core/sealing/checkpoint-outlet.ts"
import { hashBase64 } from "../core/tree/encode-hash.ts"
import { openSyslog } from "../syslog/open-syslog.ts"
import type { SyslogMessage } from "../syslog/syslog-message.ts"

export interface SyslogOutletOptions {
  /** Least time between two checkpoints that are sent, in milliseconds. Default 10 seconds. */
  readonly every?: number | undefined
  /** Certificates to trust instead of the usual ones, as PEM, with `tls://`. */
  readonly ca?: string | undefined
}

/**
 * Sends checkpoints to a syslog server, as `tls://host:6514` (RFC 5425), `tcp://host:514` (RFC 6587) or `udp://host:514` (RFC 5426): messages of RFC
 * 5424, facility 13 (log audit), with origin, size and root as structured data and the note as JSON. Syslog has no answer: that a message
 * has left is all that can be known.
 *
 * @throws LinklatchError `invalid_configuration` where the URL is none of these
 */
export function syslogOutlet(url: string, options: SyslogOutletOptions = {}): CheckpointOutlet {
  const { every = 10 * SECOND, ca } = options
  const syslog = openSyslog(url, { ca })
  return {
    name: `syslog ${new URL(url).host}`,
    every,
    async publish(checkpoint) {
      await syslog.send(messageOf(checkpoint))
      return { cosigned: null }
    },
    latest: () => Promise.resolve(null),
    close: () => syslog.close(),
  }
}

function messageOf({ origin, size, root, note, at }: SignedCheckpoint): SyslogMessage {
  // In ASCII, so that no receiver on the way can change the dash of a signature line.
  const text = JSON.stringify({ note }).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
  const data = { checkpoint: { origin, size, root: hashBase64(root) } }
  return { at, severity: "notice", kind: "checkpoint", data, text }
}
