/** What decides whether a link can still be used by anybody. */
export interface LinkState {
  readonly consumedAt: number | null
  /** Its person is disabled. */
  readonly isRefused: boolean
  /** A newer one of its flow was sent, or its person has signed in since it was asked for. */
  readonly isSuperseded: boolean
  readonly expiresAt: number
}

export type DeadReason = "used" | "refused" | "superseded" | "expired"

/** Why a link is dead, the plainest reason first, or null while it is live. At `expiresAt` itself it is over (ASVS 6.5.5). */
export function deadReason(link: LinkState, at: number): DeadReason | null {
  if (link.consumedAt !== null) return "used"
  if (link.isRefused) return "refused"
  if (link.isSuperseded) return "superseded"
  return at < link.expiresAt ? null : "expired"
}
