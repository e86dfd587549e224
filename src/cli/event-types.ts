import type { EventType } from "../core/audit/event.ts"

// An event that is missing here doesn't type-check.
const known: Readonly<Record<EventType, true>> = {
  link_requested: true,
  link_sent: true,
  link_withheld: true,
  send_failed: true,
  link_prefetched: true,
  link_consumed: true,
  consume_failed: true,
  user_created: true,
  provider_used: true,
  session_created: true,
  session_revoked: true,
  rate_limited: true,
  links_revoked: true,
  user_disabled: true,
  user_enabled: true,
  user_erased: true,
  admin_action: true,
  checkpoint_signed: true,
}

/** The names of our own events; an application's have a dot in them. */
export const eventTypes: readonly string[] = Object.keys(known)

export function isEventType(text: string): boolean {
  return text.includes(".") || Object.hasOwn(known, text)
}
