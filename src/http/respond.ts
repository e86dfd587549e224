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

export async function respondPage(visit: Visit, page: Page, reply: Reply = {}): Promise<Response> {
  const headers = replyHeaders(visit, reply, { "Content-Type": "text/html; charset=utf-8" })
  return new Response(String(await page), { status: reply.status ?? 200, headers })
}

/** 303: whatever was posted, the browser goes on with a GET and nothing is posted twice (RFC 9110 §15.4.4). */
export function redirect(visit: Visit, location: string, reply: Reply = {}): Response {
  return new Response(null, { status: 303, headers: replyHeaders(visit, reply, { Location: location }) })
}

// A plain record reaches the socket as it is: a Headers object would be built, checked and taken apart again. Only a
// second cookie needs a list, as a record has each name once.
export function replyHeaders(
  { site }: Visit,
  reply: Reply,
  own: Readonly<Record<string, string>>,
): Record<string, string> | [string, string][] {
  const usual = reply.hasTokenInUrl === true ? site.headers.noReferrer : site.headers.usual
  const [cookie, ...others] = reply.cookies ?? []
  const headers = { ...usual, ...reply.headers, ...own, ...(cookie !== undefined && { "Set-Cookie": cookie }) }
  if (others.length === 0) return headers
  return [...Object.entries(headers), ...others.map((other): [string, string] => ["Set-Cookie", other])]
}
