import { rememberBrowser } from "../core/limits/known-browser.ts"
import type { SessionToken } from "../core/sessions/session-token.ts"
import type { User } from "../core/users/user.ts"
import type { Visit } from "./visit.ts"

/** Hands a new session to the browser, and remembers it for this address. */
export function sessionCookies(
  visit: Visit,
  { user, sessionToken }: { readonly user: User; readonly sessionToken: SessionToken },
): readonly string[] {
  const { cookies, context } = visit.site
  const known = rememberBrowser(visit.knownBrowser, user.email, context.settings.secrets, context.random)
  return [cookies.writeSession(sessionToken), cookies.writeKnownBrowser(known)]
}
