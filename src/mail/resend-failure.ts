import type { SendOutcome } from "../core/mail/transport.ts"
import { networkFault } from "./network-fault.ts"
import { readRetryAfter } from "./retry-after.ts"

// Bad request, not found, unprocessable: the same message would get the same answer. Everything else may pass, and a wrong
// key (401, 403) or a clash of idempotency keys (409) least of all is the person's fault.
const PERMANENT = new Set([400, 404, 422])

/** What an answer that is not 2xx means. */
export function resendFailure(response: Response, now: number): SendOutcome {
  const { status } = response
  const retryAfterMs = readRetryAfter(response.headers.get("retry-after"), now)
  return {
    status: "failed",
    isPermanent: PERMANENT.has(status),
    reason: `resend_${status}`,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  }
}

/** What it means that there was no answer. */
export function resendSilence(error: unknown): SendOutcome & { readonly status: "failed" } {
  const { name, cause } = (error ?? {}) as { readonly name?: unknown; readonly cause?: { readonly code?: unknown } }
  const isTimeout = name === "AbortError" || name === "TimeoutError"
  return { status: "failed", isPermanent: false, reason: isTimeout ? "timeout" : networkFault(String(cause?.code)) }
}
