import type { Address } from "../../core/addresses/canonical-address.ts"
import type { SessionToken } from "../../core/sessions/session-token.ts"
import type { Redeemed, SignedIn } from "../../core/store.ts"
import type { Answer } from "../answer.ts"
import { respondJson } from "../respond.ts"
import { sessionCookies } from "../session-cookies.ts"
import type { Visit } from "../visit.ts"
import type { SignedInAnswer } from "./answers.ts"
import { showSignedIn } from "./show.ts"

/** Hands the new session to the browser, and says who it is and where they were going. */
export function respondSignedIn(visit: Visit, redeemed: Redeemed & { readonly sessionToken: SessionToken }): Answer {
  return respondJson(visit, signedInAnswer(visit, redeemed, redeemed.next), {
    cookies: sessionCookies(visit, redeemed),
  })
}

/** The same once more, for a browser that has its session already. */
export function respondSignedInBefore(visit: Visit, signedIn: SignedIn, next: string | null): Answer {
  return respondJson(visit, signedInAnswer(visit, signedIn, next))
}

export function isSignedInAs(signedIn: SignedIn | null, address: Address | undefined): signedIn is SignedIn {
  return signedIn !== null && signedIn.user.email === address
}

function signedInAnswer({ site }: Visit, signedIn: SignedIn, next: string | null): SignedInAnswer {
  return { ...showSignedIn(signedIn, site.context.settings), next }
}
