import type { Address } from "../addresses/canonical-address.ts"
import type { PersonToErase } from "./erasure-store.ts"

/** An event with personal data beside it. */
export interface EventWithPerson {
  readonly type: string
  /** JSON. */
  readonly detail: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly userId: string | null
  readonly address: Address | null
}

/** With which of these people the personal data of an event goes: the place of the first, or -1. */
export function whoseEvent(event: EventWithPerson, people: readonly PersonToErase[]): number {
  return people.findIndex(({ address, userId, before }) => {
    if (before !== null && event.at >= before) return false
    if (address !== null && event.address === address) return true
    return userId !== null && event.userId === userId && !namesAnother(event)
  })
}

/** With which of these people a request goes: the place of the first, or -1. */
export function whoseRequest(
  request: { readonly address: Address; readonly requestedAt: number },
  people: readonly PersonToErase[],
): number {
  return people.findIndex(
    ({ address, before }) => address === request.address && (before === null || request.requestedAt < before),
  )
}

// Whoever signs in where somebody else was signed in ends that session: the event is about one of them, and names the other
// (decisions/010).
function namesAnother({ type, detail, address }: EventWithPerson): boolean {
  return address !== null && type === "session_revoked" && JSON.parse(detail).reason === "replaced"
}
