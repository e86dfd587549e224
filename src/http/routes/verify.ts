import type { SignedIn } from "../../core/store.ts"
import type { Answer } from "../answer.ts"
import { type Forwarded, pageToReturnTo, readForwarded } from "../forwarded.ts"
import { isNavigation } from "../is-navigation.ts"
import { problemJson, respondProblem } from "../problems.ts"
import { nobody, remoteHeaders } from "../remote-headers.ts"
import { replyHeaders } from "../respond.ts"
import { signInChallenge } from "../sign-in-challenge.ts"
import { signRemoteJwt } from "../sign-remote-jwt.ts"
import type { Visit } from "../visit.ts"

/**
 * Tells a reverse proxy who sent the request that it holds: 200 with the person in headers, or what to answer instead.
 * `?group=admin` lets administrators through alone, `?jwt` or `?jwt=AUDIENCE` fills `Remote-Jwt`.
 */
export async function verify(visit: Visit): Promise<Answer> {
  const { query } = visit
  const signedIn = await visit.signedIn()
  if (signedIn === null) return askToSignIn(visit)
  const groups = groupsOf(visit, signedIn)
  if (!query.getAll("group").every((group) => groups.includes(group))) {
    return respondProblem(visit, "forbidden", { headers: nobody })
  }
  const jwt = await signFor(visit, signedIn, query.get("jwt"), groups)
  // It is for the proxy alone, so the headers of our pages would only be more to read.
  const headers = {
    ...remoteHeaders(signedIn.user, { groups, jwt }),
    "Cache-Control": "no-store",
    Vary: "Cookie",
  }
  return { status: 200, headers, body: null }
}

function groupsOf({ site }: Visit, { user }: SignedIn): readonly string[] {
  return site.context.settings.adminEmails.has(user.email) ? ["admin"] : []
}

/** Empty unless it was asked for. `named` is the audience, or "" for this site: what the proxy says of the host may be the client's word. */
async function signFor(
  { site }: Visit,
  signedIn: SignedIn,
  named: string | null,
  groups: readonly string[],
): Promise<string> {
  if (named === null) return ""
  const audience = named === "" ? site.context.settings.origin : named
  return signRemoteJwt(site, signedIn, { audience, groups })
}

function askToSignIn(visit: Visit): Answer {
  const unasked = { ...nobody, ...signInChallenge }
  if (!isNavigation(visit.incoming)) return problemJson(visit, "not_signed_in", { headers: unasked })
  const forwarded = readForwarded(visit.incoming)
  const next = nextFor(visit, forwarded)
  const query = next === null ? "" : `?next=${encodeURIComponent(next)}`
  const own = { Location: `${visit.site.context.settings.origin}/auth/sign-in${query}` }
  const cookies = visit.hasSessionCookie ? [visit.site.cookies.clearSession()] : []
  if (!forwarded.isPassedOn)
    return { status: 401, headers: replyHeaders(visit, { headers: unasked, cookies }, own), body: null }
  // What was posted must not be posted to the sign-in page (RFC 9110 §15.4.4).
  const status = forwarded.method === "GET" || forwarded.method === "HEAD" ? 302 : 303
  return { status, headers: replyHeaders(visit, { headers: nobody, cookies }, own), body: null }
}

/** Where to come back to, as far as it may be (P7). The host says whose page it is: where TLS ends further out, the scheme is wrong. */
function nextFor(visit: Visit, forwarded: Forwarded): string | null {
  const page = pageToReturnTo(visit.incoming, forwarded)
  if (page === null) return null
  const own = new URL(visit.site.context.settings.origin)
  if (page.host === own.host) return visit.next(page.pathname + page.search)
  warnOfOtherOrigin(visit, page, own)
  return visit.next(page.href)
}

function warnOfOtherOrigin({ site }: Visit, { origin, hostname }: URL, own: URL): void {
  if (hostname !== own.hostname) {
    const cure = `Guard only pages of ${own.hostname}: the session cookie goes to that host and to no other.`
    site.warnOnce("verify_other_host", { origin, cure })
  } else if (!site.context.settings.allowedOrigins.includes(origin)) {
    const cure = `Add ${origin} to ALLOWED_ORIGINS (allowedOrigins), or people come back to their account page.`
    site.warnOnce("verify_other_origin", { origin, cure })
  }
}
