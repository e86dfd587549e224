import type { EventType } from "../audit/event.ts"
import type { ReadEvent } from "./exported-event.ts"

type Word = string | null | ((detail: Readonly<Record<string, unknown>>) => string | null)

const withheld: Readonly<Record<string, string>> = {
  rate_limited: "excess_rate_limit_exceeded",
  not_allowed: "authn_login_fail",
  disabled: "authn_login_fail",
}

// Null: the vocabulary has no word for it.
const words: Readonly<Record<EventType, Word>> = {
  link_requested: null,
  link_sent: "authn_token_created",
  link_withheld: ({ reason }) => withheld[String(reason)] ?? null,
  send_failed: null,
  link_prefetched: null,
  link_consumed: "authn_login_success",
  consume_failed: ({ reason }) =>
    reason === "used" || reason === "superseded" ? "authn_token_reuse" : "authn_login_fail",
  user_created: "user_created",
  provider_used: null,
  session_created: "session_created",
  session_revoked: "session_expired",
  rate_limited: "excess_rate_limit_exceeded",
  links_revoked: "authn_token_revoked",
  user_disabled: "user_updated",
  user_enabled: "user_updated",
  user_erased: "user_deleted",
  admin_action: "authz_admin",
  checkpoint_signed: null,
}

/**
 * The word of OWASP's Logging Vocabulary for an event, without its parameters: who it was stands in fields of its own. Null where
 * there is none, as for an application's events.
 */
export function owaspEvent({ type, detail }: Pick<ReadEvent, "type" | "detail">): string | null {
  const word = Object.hasOwn(words, type) ? words[type as EventType] : null
  return typeof word === "function" ? word(detail) : word
}
