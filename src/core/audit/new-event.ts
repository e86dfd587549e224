import type { Address } from "../addresses/canonical-address.ts"
import type { ApplicationDetail, ApplicationEventType, Client, EventDetail } from "./event.ts"

/** An event that stands alone: an application's own, the count that closes a window of refusals, or what is done to the log itself. */
export type NewEvent = {
  readonly at: number
  readonly userId: string | null
  readonly address: Address | null
  readonly client: Client
} & (
  | { [T in LoneEventType]: { readonly type: T; readonly detail: EventDetail[T] } }[LoneEventType]
  | { readonly type: ApplicationEventType; readonly detail: ApplicationDetail }
)

type LoneEventType = "rate_limited" | "admin_action" | "checkpoint_signed"
