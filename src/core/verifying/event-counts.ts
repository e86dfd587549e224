/** What was counted on the way. None of these is wrong by itself. */
export interface EventCounts {
  /** Events whose leaf was made anew from its row. */
  events: number
  /** Rows of personal data that are what was committed to. */
  people: number
  /** Events whose personal data was erased, or aged out. */
  withoutPerson: number
  /** Events that happened before the one that stands before them, by the clocks of whoever wrote them. */
  backwards: number
  /** The highest minimum index that an event says was pruned to. */
  prunedThrough: number
}
