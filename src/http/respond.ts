import type { Answer } from "./answer.ts"
import type { Page } from "./pages/layout.ts"
import type { Visit } from "./visit.ts"

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Whole `Set-Cookie` values. */
  readonly cookies?: readonly string[]
  /** The page's address carries a token: no one that it links to may learn it. */
  readonly hasTokenInUrl?: boolean
}

export async function respondPage(visit: Visit, page: Page, reply: Reply = {}): Promise<Answer> {
  const headers = replyHeaders(visit, reply, { "Content-Type": "text/html; charset=utf-8" })
  return { status: reply.status ?? 200, headers, body: String(await page) }
}

/** 303: whatever was posted, the browser goes on with a GET and nothing is posted twice (RFC 9110 §15.4.4). */
export function redirect(visit: Visit, location: string, reply: Reply = {}): Answer {
  return { status: 303, headers: replyHeaders(visit, reply, { Location: location }), body: null }
}

/** An answer of the JSON API; 204 without a body. */
export function respondJson(visit: Visit, body: object | null, reply: Reply = {}): Answer {
  const usual = body === null ? visit.site.headers.api : visit.site.headers.json
  // A session check, which every page view may ask for, adds nothing to headers that were built at the start.
  const isPlain = reply.headers === undefined && reply.cookies === undefined
  const headers = isPlain ? usual : replyHeaders(visit, reply, usual)
  return { status: reply.status ?? (body === null ? 204 : 200), headers, body: body && JSON.stringify(body) }
}

export function replyHeaders(visit: Visit, reply: Reply, own: Readonly<Record<string, string>>): Answer["headers"] {
  const { cookies = [] } = reply
  return {
    ...usualHeaders(visit, reply),
    ...reply.headers,
    ...own,
    ...(cookies.length > 0 && { "Set-Cookie": cookies }),
  }
}

function usualHeaders({ isApi, site }: Visit, { hasTokenInUrl }: Reply): Readonly<Record<string, string>> {
  if (isApi) return site.headers.api
  return hasTokenInUrl === true ? site.headers.noReferrer : site.headers.usual
}
