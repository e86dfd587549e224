import type { LogPlace } from "../../core/exporting/export-formats.ts"
import type { ExportedEvent } from "../../core/exporting/exported-event.ts"

export interface ExportRecord {
  readonly event: ExportedEvent
  /** Without its end of line. */
  readonly line: string
}

/** Where records go. */
export interface ExportTarget {
  /**
   * Resolves once they have left this process. False once nobody takes any more, as behind `| head`. It throws `TargetFailure` where
   * they could not be delivered.
   */
  write(records: readonly ExportRecord[]): Promise<boolean>
  close(): Promise<void>
}

/** A target that is open, and the place of the last record that it has. */
export interface OpenedTarget {
  readonly target: ExportTarget
  readonly last: LogPlace | null
}

/** The records could not be delivered: the message is for people. */
export class TargetFailure extends Error {
  override readonly name = "TargetFailure"
  readonly code: "file_failed" | "syslog_failed"

  constructor(message: string, code: TargetFailure["code"] = "file_failed") {
    super(message)
    this.code = code
  }
}
