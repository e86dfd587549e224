import type { Quota } from "../core/limits/limit.ts"
import type { ProblemCode } from "../core/words/words.ts"
import type { Answer } from "./answer.ts"
import { problemPage } from "./pages/problem-page.ts"
import { rateLimitFields } from "./rate-limit-fields.ts"
import { type Reply, replyHeaders, respondPage } from "./respond.ts"
import type { Visit } from "./visit.ts"

/** The one place where what went wrong becomes a status and public words. */
const STATUS: Readonly<Record<ProblemCode, number>> = {
  bad_request: 400,
  cross_origin: 403,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
}

// Registered by draft-ietf-httpapi-ratelimit-headers; the others say all with their status (RFC 9457 §4.2.1).
const QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"

/** A problem as a page for people, or as `application/problem+json` (RFC 9457) for whoever doesn't ask for HTML. */
export async function respondProblem(visit: Visit, problem: ProblemCode, reply: Reply = {}): Promise<Answer> {
  const status = STATUS[problem]
  const retryAfter = reply.headers?.["Retry-After"]
  if (visit.incoming.header("accept")?.includes("text/html") === true) {
    const seconds = retryAfter === undefined ? {} : { retryAfterSeconds: Number(retryAfter) }
    return respondPage(visit, problemPage(visit.page, { problem, ...seconds }), { ...reply, status })
  }
  const { title, text: detail } = visit.words.pages.problem[problem]
  const type = problem === "rate_limited" ? QUOTA_EXCEEDED : "about:blank"
  const headers = replyHeaders(visit, reply, { "Content-Type": "application/problem+json" })
  return { status, headers, body: JSON.stringify({ type, title, status, detail, code: problem }) }
}

/** 429, with when to come back (RFC 6585 §4). */
export function respondRateLimited(visit: Visit, quota: Quota): Promise<Answer> {
  const headers = rateLimitFields(quota, visit.site.context.clock.now(), { isRefusal: true })
  return respondProblem(visit, "rate_limited", { headers })
}
