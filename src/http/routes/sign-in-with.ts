import type { SessionToken } from "../../core/sessions/session-token.ts"
import type { Redeemed } from "../../core/store.ts"
import type { Answer } from "../answer.ts"
import { redirect } from "../respond.ts"
import { sessionCookies } from "../session-cookies.ts"
import type { Visit } from "../visit.ts"

/** Hands the new session to the browser, and goes where the person was going. */
export function signInWith(visit: Visit, redeemed: Redeemed & { readonly sessionToken: SessionToken }): Answer {
  return redirect(visit, redeemed.next ?? "/auth/account", { cookies: sessionCookies(visit, redeemed) })
}
