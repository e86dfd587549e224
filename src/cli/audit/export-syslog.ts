import { ocsfKind } from "../../core/exporting/ocsf-kind.ts"
import { openSyslog } from "../../syslog/open-syslog.ts"
import type { SyslogMessage } from "../../syslog/syslog-message.ts"
import { explainFailure } from "../store-failure.ts"
import { type ExportRecord, type ExportTarget, TargetFailure } from "./export-target.ts"

// Severities of OCSF, in words of RFC 5424.
const SEVERITIES = { 1: "informational", 2: "notice", 3: "warning", 5: "error" } as const
/** On their way at once: enough to fill a connection, few enough that a server which is gone is soon noticed. */
const TOGETHER = 64

/** Sends records as messages of RFC 5424: MSGID is what happened, the structured data says id and index, and the text is the record. */
export function openExportSyslog(url: string): ExportTarget {
  const syslog = openSyslog(url)
  return {
    async write(records) {
      for (let from = 0; from < records.length; from += TOGETHER) {
        const some = records.slice(from, from + TOGETHER)
        await Promise.all(some.map((record) => syslog.send(toMessage(record)))).catch(fail)
      }
      return true
    },
    close: () => syslog.close(),
  }
}

function toMessage({ event, line }: ExportRecord): SyslogMessage {
  const isMissing = event.state === "missing"
  return {
    at: event.at,
    severity: SEVERITIES[ocsfKind(event).severity],
    kind: isMissing ? "event_missing" : event.type,
    data: { event: { ...(!isMissing && { id: event.id }), idx: event.index } },
    text: line,
  }
}

function fail(error: unknown): never {
  throw new TargetFailure(explainFailure(error), "syslog_failed")
}
