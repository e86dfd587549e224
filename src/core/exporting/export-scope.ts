/** What a record says beside its event. */
export interface ExportScope {
  /** Of Linklatch. */
  readonly version: string
  /** The name of the log, or null where no checkpoint tells it yet. */
  readonly origin: string | null
  /** Size of a signed checkpoint that covers the event, or null where there is none yet. */
  readonly checkpointSize: number | null
  /** False: `a…@example.com`. */
  readonly isEmailClear: boolean
}
