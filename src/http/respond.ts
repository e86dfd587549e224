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
  const headers = replyHeaders(visit, reply)
  headers.set("Content-Type", "text/html; charset=utf-8")
  return new Response(String(await page), { status: reply.status ?? 200, headers })
}

/** 303: whatever was posted, the browser goes on with a GET and nothing is posted twice (RFC 9110 §15.4.4). */
export function redirect(visit: Visit, location: string, reply: Reply = {}): Response {
  const headers = replyHeaders(visit, reply)
  headers.set("Location", location)
  return new Response(null, { status: 303, headers })
}

export function replyHeaders({ site }: Visit, reply: Reply): Headers {
  const headers = new Headers(reply.hasTokenInUrl === true ? site.headers.noReferrer : site.headers.usual)
  for (const [name, value] of Object.entries(reply.headers ?? {})) headers.set(name, value)
  for (const cookie of reply.cookies ?? []) headers.append("Set-Cookie", cookie)
  return headers
}
