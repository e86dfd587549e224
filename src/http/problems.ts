import type { Quota } from "../core/limits/limit.ts"
import type { LinkProblemCode, PageProblem, ProblemCode } from "../core/problem-code.ts"
import type { Explanation, LinkProblem, Words } from "../core/words/words.ts"
import type { Answer } from "./answer.ts"
import type { ProblemAnswer } from "./api/answers.ts"
import { problemPage } from "./pages/problem-page.ts"
import { rateLimitFields } from "./rate-limit-fields.ts"
import { type Reply, replyHeaders, respondPage } from "./respond.ts"
import type { Visit } from "./visit.ts"

/** The one place where what went wrong becomes a status and public words. */
export const problemStatus: Readonly<Record<ProblemCode, number>> = {
  bad_request: 400,
  not_signed_in: 401,
  cross_origin: 403,
  forbidden: 403,
  sign_in_refused: 403,
  wrong_browser: 403,
  link_unknown: 404,
  not_found: 404,
  unknown_session: 404,
  method_not_allowed: 405,
  no_pending_sign_in: 409,
  code_expired: 410,
  code_superseded: 410,
  code_used: 410,
  link_expired: 410,
  link_superseded: 410,
  link_used: 410,
  too_large: 413,
  unsupported_media_type: 415,
  invalid_code: 422,
  invalid_email: 422,
  wrong_code: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
}

/** What a link's outcome is called. */
export const linkProblemCode: Readonly<Record<LinkProblem, LinkProblemCode>> = {
  used: "link_used",
  expired: "link_expired",
  superseded: "link_superseded",
  unknown: "link_unknown",
  refused: "sign_in_refused",
}

// Registered by draft-ietf-httpapi-ratelimit-headers; the others say all with their status and code (RFC 9457 §4.2.1).
const QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"

/** A problem as a page for people, or as JSON for the API and whoever doesn't ask for HTML. */
export async function respondProblem(visit: Visit, problem: PageProblem, reply: Reply = {}): Promise<Answer> {
  if (visit.isApi || visit.incoming.header("accept")?.includes("text/html") !== true) {
    return problemJson(visit, problem, reply)
  }
  const retryAfter = reply.headers?.["Retry-After"]
  const seconds = retryAfter === undefined ? {} : { retryAfterSeconds: Number(retryAfter) }
  return respondPage(visit, problemPage(visit.page, { problem, ...seconds }), {
    ...reply,
    status: problemStatus[problem],
  })
}

/** 429, with when to come back (RFC 6585 §4). */
export function respondRateLimited(visit: Visit, quota: Quota): Promise<Answer> {
  const headers = rateLimitFields(quota, visit.site.context.clock.now(), { isRefusal: true })
  return respondProblem(visit, "rate_limited", { headers })
}

/** With words other than the usual ones, and what only this problem has to say (RFC 9457 §3.2). */
export type ProblemReply = Reply & Partial<Pick<ProblemAnswer, "detail" | "triesLeft" | "matchTriesLeft">>

/** A problem as `application/problem+json` (RFC 9457), with our code to match on. */
export function problemJson(visit: Visit, code: ProblemCode, reply: ProblemReply = {}): Answer {
  const usual = explain(visit.words, code)
  const { detail = usual.text, triesLeft, matchTriesLeft } = reply
  const status = problemStatus[code]
  const type = code === "rate_limited" ? QUOTA_EXCEEDED : "about:blank"
  const problem: ProblemAnswer = {
    type,
    title: usual.title,
    status,
    detail,
    code,
    ...(triesLeft !== undefined && { triesLeft }),
    ...(matchTriesLeft !== undefined && { matchTriesLeft }),
  }
  const headers = replyHeaders(visit, reply, { "Content-Type": "application/problem+json" })
  return { status, headers, body: JSON.stringify(problem) }
}

function explain({ pages, api }: Words, code: ProblemCode): Explanation {
  const { used, expired, superseded, unknown, refused } = pages.linkProblem
  const links: Readonly<Record<LinkProblemCode, Explanation>> = {
    link_used: used,
    link_expired: expired,
    link_superseded: superseded,
    link_unknown: unknown,
    sign_in_refused: refused,
  }
  const all: Readonly<Record<ProblemCode, Explanation>> = { ...pages.problem, ...api.problem, ...links }
  return all[code]
}
