import type { Actor, Client } from "../audit/event.ts"

/** Which users a list is about. */
export interface ListUsers {
  /** The address of the last one that is known already, or null to begin. */
  readonly after: string | null
  readonly max: number
  /** What the address begins with; nothing special in it. Empty for all. */
  readonly prefix: string
  /** True to leave out everybody who isn't disabled. */
  readonly onlyDisabled: boolean
}

export interface SetDisabled {
  readonly userId: string
  readonly isDisabled: boolean
  readonly by: Actor
  readonly client: Client
  readonly at: number
}

export type SetDisabledOutcome =
  | { readonly status: "changed"; readonly sessionsEnded: number }
  | { readonly status: "unchanged" | "unknown_user" }
