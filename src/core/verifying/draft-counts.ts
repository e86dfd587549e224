import { commitTo } from "../audit/commitment.ts"
import type { EventPerson } from "../audit/event.ts"
import type { EventCounts } from "./event-counts.ts"
import { commitmentIn, type LeafDraft } from "./leaf-draft.ts"
import { prunedThrough } from "./pruned-through.ts"

/** Counts a bundle's events by their drafts, for when all of them turn out to be what was sealed. */
export class DraftCounts {
  lastAt: number
  readonly #counts: EventCounts = { events: 0, people: 0, withoutPerson: 0, backwards: 0, prunedThrough: 0 }
  #lastPiiId: string | null = null
  #lastCommitment: string | null = null

  constructor(lastAt: number) {
    this.lastAt = lastAt
  }

  /** False where the personal data isn't what was committed to. */
  take(draft: LeafDraft): boolean {
    const { at, piiId, pii, adminDetail } = draft
    const counts = this.#counts
    counts.events += 1
    if (at < this.lastAt) counts.backwards += 1
    this.lastAt = at
    if (adminDetail !== null) counts.prunedThrough = Math.max(counts.prunedThrough, prunedThrough(adminDetail))
    const commitment = commitmentIn(draft)
    if (pii === null) {
      if (commitment !== null) counts.withoutPerson += 1
      return (piiId === null) === (commitment === null)
    }
    if (piiId !== this.#lastPiiId) {
      this.#lastPiiId = piiId
      this.#lastCommitment = commitTo(pii as EventPerson, pii.salt)
      counts.people += 1
    }
    return commitment === this.#lastCommitment
  }

  addTo(counts: EventCounts): void {
    const own = this.#counts
    counts.events += own.events
    counts.people += own.people
    counts.withoutPerson += own.withoutPerson
    counts.backwards += own.backwards
    counts.prunedThrough = Math.max(counts.prunedThrough, own.prunedThrough)
  }
}
