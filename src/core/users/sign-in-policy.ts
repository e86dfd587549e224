import type { Address } from "../addresses/canonical-address.ts"
import type { WithheldReason } from "../audit/event.ts"
import type { Settings } from "../settings.ts"
import type { OutboxItem } from "../store.ts"

/**
 * Why this mail must not go out, or null. Asked by the worker and never on the request path, so that who is on the list
 * can't be read from an answer or its time (P4).
 */
export function withholdReason(item: OutboxItem, settings: Settings): WithheldReason | null {
  if (item.isOverLimit) return "rate_limited"
  if (item.isClosed) return "already_signed_in"
  if (item.user !== null && item.user.disabledAt !== null) return "disabled"
  return maySignIn(item, settings) ? null : "not_allowed"
}

function maySignIn({ address, user }: OutboxItem, settings: Settings): boolean {
  if (settings.adminEmails.has(address)) return true
  switch (settings.signUp) {
    case "open":
      return true
    case "allowlist":
      return settings.allowedEmails.has(address) || settings.allowedDomains.has(domainOf(address))
    case "closed":
      return user !== null
  }
}

function domainOf(address: Address): string {
  return address.slice(address.indexOf("@") + 1)
}
