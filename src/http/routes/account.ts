import type { SignedIn } from "../../core/store.ts"
import type { Answer } from "../answer.ts"
import { endSessions } from "../end-sessions.ts"
import { accountPage } from "../pages/account-page.ts"
import { respondProblem } from "../problems.ts"
import { readForm } from "../read-form.ts"
import { redirect, respondPage } from "../respond.ts"
import type { Visit } from "../visit.ts"
import { redirectSignedOut } from "./sign-out.ts"

export async function showAccount(visit: Visit, { user, session }: SignedIn): Promise<Answer> {
  const { store, clock, settings } = visit.site.context
  const [sessions, providers] = await Promise.all([
    store.sessions.list({ userId: user.id, at: clock.now() }),
    store.providers.list(user.id),
  ])
  const page = accountPage(visit.page, {
    user,
    isAdmin: settings.adminEmails.has(user.email),
    sessions: sessions.map((one) => ({ ...one, isCurrent: one.id === session.id })),
    providers,
    notice: visit.query.has("signed-out") ? "signed_out_elsewhere" : null,
  })
  return respondPage(visit, page)
}

/** Ends one of the person's own sessions, or all of them. */
export async function signOutSessions(visit: Visit, signedIn: SignedIn): Promise<Answer> {
  const form = await readForm(visit.incoming, ["session"])
  if (form.status !== "read") return respondProblem(visit, form.status)
  const sessionId = form.values["session"] ?? ""
  const { ended, isSignedOut } = await endSessions(visit, signedIn, sessionId)
  if (isSignedOut) return redirectSignedOut(visit)
  return redirect(visit, ended === 0 ? "/auth/account" : "/auth/account?signed-out")
}
