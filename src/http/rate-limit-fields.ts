import { SECOND } from "../core/clock.ts"
import type { Quota } from "../core/limits/limit.ts"

/**
 * What is left of a limit, as draft-ietf-httpapi-ratelimit-headers-10 writes it, and on a refusal when to come back
 * (RFC 6585 §4). No `pk`: the partition is somebody's address.
 */
export function rateLimitFields(
  quota: Quota,
  now: number,
  options: { readonly isRefusal?: boolean } = {},
): Record<string, string> {
  const seconds = Math.max(0, Math.ceil((quota.resetAt - now) / SECOND))
  const fields: Record<string, string> = {
    "RateLimit-Policy": `"${quota.name}";q=${quota.max};w=${Math.ceil(quota.windowMs / SECOND)}`,
    RateLimit: `"${quota.name}";r=${Math.max(0, quota.remaining)};t=${seconds}`,
  }
  // Zero would call a client back at once, to be refused again.
  if (options.isRefusal === true && quota.remaining <= 0) fields["Retry-After"] = String(Math.max(1, seconds))
  return fields
}
