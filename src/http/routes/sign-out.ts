import type { Answer } from "../answer.ts"
import { signOutPage } from "../pages/sign-out-page.ts"
import { redirect, respondPage } from "../respond.ts"
import type { Visit } from "../visit.ts"

export async function showSignOut(visit: Visit): Promise<Answer> {
  const signedIn = await visit.signedIn()
  return respondPage(visit, signOutPage(visit.page, { user: signedIn?.user ?? null }))
}

export async function signOut(visit: Visit): Promise<Answer> {
  const signedIn = await visit.signedIn()
  if (signedIn !== null) {
    const { store, clock } = visit.site.context
    const { user, session } = signedIn
    await store.sessions.revoke({
      userId: user.id,
      sessionId: session.id,
      reason: "signed_out",
      client: visit.client,
      at: clock.now(),
    })
  }
  return redirectSignedOut(visit)
}

/** Takes the cookie back, and has the browser forget what it kept of the site (ASVS 14.3.1). */
export function redirectSignedOut(visit: Visit): Answer {
  return redirect(visit, "/auth/sign-in?signed-out", {
    headers: { "Clear-Site-Data": '"cache", "storage"' },
    cookies: [visit.site.cookies.clearSession()],
  })
}
