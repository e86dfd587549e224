/** One thing that is wrong with the configuration, and its cure. */
export interface ConfigurationFault {
  /** The option as the library names it: `baseUrl`, `secret`, `limits.askClient`. */
  readonly setting: string
  /** A sentence that says what is wrong, without the value of a secret. */
  readonly problem: string
  /** A sentence that says what to do. */
  readonly cure: string
}

export type LinklatchErrorCode =
  | "invalid_configuration"
  | "invalid_argument"
  | "store_unavailable"
  | "outlet_failed"
  | "journal_failed"
  | "closed"

/** The one class that Linklatch throws: misuse at construction, and faults that no caller can turn into an outcome. */
export class LinklatchError extends Error {
  override readonly name = "LinklatchError"
  /** Stable: match on this, not on the message. */
  readonly code: LinklatchErrorCode
  /** With `invalid_configuration`: everything that is wrong, at once. */
  readonly faults: readonly ConfigurationFault[]
  /** 503 with `store_unavailable` and `closed`, else missing. Express and Fastify answer with it where a route lets the error pass. */
  readonly statusCode?: number
  /** `Retry-After` beside it, in seconds. */
  readonly headers?: Readonly<Record<string, string>>

  constructor(
    code: LinklatchErrorCode,
    message: string,
    more: { cause?: unknown; faults?: readonly ConfigurationFault[] } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.faults = more.faults ?? []
    if (code === "store_unavailable" || code === "closed") {
      this.statusCode = 503
      this.headers = { "Retry-After": "5" }
    }
  }
}
