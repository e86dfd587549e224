import type { Answer } from "../answer.ts"
import { endSessions, signedOutReply } from "../end-sessions.ts"
import { respondJson } from "../respond.ts"
import type { Visit } from "../visit.ts"
import type { SessionAnswer } from "./answers.ts"
import { showSignedIn } from "./show.ts"

const NOBODY: SessionAnswer = { user: null, session: null }

/** Says who is signed in. An application's page may ask at every view. */
export async function tellSession(visit: Visit): Promise<Answer> {
  const signedIn = await visit.signedIn()
  if (signedIn !== null) return respondJson(visit, showSignedIn(signedIn, visit.site.context.settings))
  // A cookie that stands for nobody is taken back, so that it isn't sent and checked for ever (SES-3).
  return respondJson(visit, NOBODY, visit.hasSessionCookie ? { cookies: [visit.site.cookies.clearSession()] } : {})
}

export async function signOutByJson(visit: Visit): Promise<Answer> {
  const signedIn = await visit.signedIn()
  if (signedIn !== null) await endSessions(visit, signedIn, signedIn.session.id)
  return respondJson(visit, null, signedOutReply(visit))
}
