export interface RetentionStore {
  /**
   * Deletes what is over, the oldest first, at most `max` of each kind, each kind in a transaction. A time later than `at` counts
   * as `at`, so whatever it is told, nothing goes that still decides something:
   *
   * - a row of limits goes when it limits nobody at `at` any more;
   * - a request goes, with its outbox row and its links, when it was asked before `askedBefore`, its mail is settled and
   *   each of its links expired before that time too. A flow loses its requests in the order of asking: its newest one, which
   *   holds its match number and its tries, goes last. Requests that are asked later get numbers above all that went
   *   (`users.closed_through` compares them), though every row be gone;
   * - a session goes when it was revoked before `endedBefore`, or when its absolute end (`expiresAt`) was before it.
   *   One that ran out unused waits for its absolute end, so that no check has to move it in an index.
   *
   * - personal data of an event goes when it was written before `personsBefore`, unless it names the address of a user. Data that names
   *   no address goes, whoever's event it is: nothing leads from it to a user. Each is looked at once, in the order of time, so that what stays isn't
   *   looked at for ever: whether there is a user is decided then.
   *
   * Users, their ways in and the log stay, and nothing is written to the log. Calls may overlap, from other processes
   * too: none fails, and each row is counted by the call that deleted it.
   *
   * It never looks at more than ten times `max` rows of a kind. So it may return fewer than `max` while more could go,
   * behind mail that is owed for longer than the retention; they go when that is settled.
   */
  sweep(sweep: Sweep): Promise<Swept>
}

export interface Sweep {
  readonly at: number
  readonly max: number
  /** Milliseconds since the epoch. Null leaves requests, their mail and their links alone. */
  readonly askedBefore: number | null
  /** Milliseconds since the epoch. Null leaves sessions alone. */
  readonly endedBefore: number | null
  /** Milliseconds since the epoch. Null leaves personal data of events alone. */
  readonly personsBefore: number | null
}

/** How many went of each kind. */
export interface SweptRows {
  readonly limits: number
  readonly requests: number
  readonly sessions: number
  /** Rows of personal data: events of one decision share one. */
  readonly persons: number
}

export interface Swept extends SweptRows {
  /** There is more personal data to look at, though little or none of this went. */
  readonly isMoreOfPersons: boolean
}
