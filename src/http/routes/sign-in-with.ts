import { rememberBrowser } from "../../core/limits/known-browser.ts"
import type { SessionToken } from "../../core/sessions/session-token.ts"
import type { Redeemed } from "../../core/store.ts"
import type { Answer } from "../answer.ts"
import { redirect } from "../respond.ts"
import type { Visit } from "../visit.ts"

/** Hands the new session to the browser, remembers it for this address, and goes where the person was going. */
export function signInWith(
  visit: Visit,
  { user, next, sessionToken }: Redeemed & { readonly sessionToken: SessionToken },
): Answer {
  const { cookies, context } = visit.site
  const known = rememberBrowser(visit.knownBrowser, user.email, context.settings.secrets, context.random)
  return redirect(visit, next ?? "/auth/account", {
    cookies: [cookies.writeSession(sessionToken), cookies.writeKnownBrowser(known)],
  })
}
