import type { Answer } from "../answer.ts"
import { endSessions, signedOutReply } from "../end-sessions.ts"
import { signOutPage } from "../pages/sign-out-page.ts"
import { redirect, respondPage } from "../respond.ts"
import type { Visit } from "../visit.ts"

export async function showSignOut(visit: Visit): Promise<Answer> {
  const signedIn = await visit.signedIn()
  return respondPage(visit, signOutPage(visit.page, { user: signedIn?.user ?? null }))
}

export async function signOut(visit: Visit): Promise<Answer> {
  const signedIn = await visit.signedIn()
  if (signedIn !== null) await endSessions(visit, signedIn, signedIn.session.id)
  return redirectSignedOut(visit)
}

export function redirectSignedOut(visit: Visit): Answer {
  return redirect(visit, "/auth/sign-in?signed-out", signedOutReply(visit))
}
