import type { ExportFormatName } from "../../core/exporting/export-formats.ts"
import { readSyslogUrl } from "../../syslog/syslog-url.ts"
import type { StoreOptions } from "../with-store.ts"

export interface AuditExportOptions extends StoreOptions {
  readonly format: ExportFormatName
  /** First and last index, both included. */
  readonly from?: number
  readonly to?: number
  /** Milliseconds since the epoch: from, and before. */
  readonly since?: number
  readonly until?: number
  readonly type?: string
  readonly output?: string
  readonly resume?: boolean
  readonly syslog?: string
  readonly state?: string
  readonly follow?: boolean
  readonly showEmails?: boolean
}

/** Why options don't go together, or null. */
export function explainMisuse({ output, resume, syslog, state }: AuditExportOptions): string | null {
  if (output !== undefined && syslog !== undefined) return "Export to a file or to a syslog server, not both."
  if (syslog !== undefined && readSyslogUrl(syslog) === null) {
    return "That is not the address of a syslog server. Give tls://host, tcp://host or udp://host, with a port where it isn't the usual one."
  }
  if (resume === true && output === undefined) return "--resume goes on in a file: name it with --output."
  if (resume === true && state !== undefined) return "--resume asks the file itself how far it came: leave out --state."
  return null
}
