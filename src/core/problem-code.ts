// Each has its words in core/words and its status in http/problems.ts.
/** Everything that can go wrong with a request, by the stable code that programs match on. */
export type ProblemCode = PageProblem | LinkProblemCode | ApiProblem

/** What a page explains as well. */
export type PageProblem =
  | "not_found"
  | "method_not_allowed"
  | "cross_origin"
  | "rate_limited"
  | "forbidden"
  | "bad_request"
  | "too_large"
  | "unsupported_media_type"
  | "unavailable"
  | "internal"

/** Why a link signed nobody in; of a code too, `sign_in_refused`. */
export type LinkProblemCode = "link_used" | "link_expired" | "link_superseded" | "link_unknown" | "sign_in_refused"

/** What the JSON API alone has to say. */
export type ApiProblem =
  | "not_signed_in"
  | "unknown_session"
  | "invalid_email"
  | "invalid_code"
  | "wrong_code"
  | "code_used"
  | "code_expired"
  | "code_superseded"
  | "no_pending_sign_in"
  | "wrong_browser"
