/** What bringing a database up to date would run. */
export interface MigrationPlan {
  /** None has run there yet: there are no tables of ours. */
  readonly isNew: boolean
  /** The names of the migrations that it lacks, in order; none when it is up to date. */
  readonly migrations: readonly string[]
  /** Names that ran there and that we don't know: a newer version has been at it. */
  readonly unknown: readonly string[]
  /** A move into it isn't finished, and no store opens it (decisions/051). */
  readonly isHalfMoved: boolean
  /** All of it as one script, from `begin` to `commit`, for whoever would rather run it themselves; empty when there is none. */
  readonly script: string
}
