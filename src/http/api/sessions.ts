import type { SignedIn } from "../../core/store.ts"
import type { Answer } from "../answer.ts"
import { endSessions, signedOutReply } from "../end-sessions.ts"
import { problemJson } from "../problems.ts"
import { respondJson } from "../respond.ts"
import type { Visit } from "../visit.ts"
import type { SessionsAnswer } from "./answers.ts"
import { showSession } from "./show.ts"

export async function listSessions(visit: Visit, { user, session }: SignedIn): Promise<Answer> {
  const { store, clock } = visit.site.context
  const sessions = await store.sessions.list({ userId: user.id, at: clock.now() })
  const answer: SessionsAnswer = { sessions: sessions.map((one) => showSession(one, session.id)) }
  return respondJson(visit, answer)
}

/** Ends one session of the person's own; nobody else's can be named. */
export async function endSession(visit: Visit, signedIn: SignedIn, sessionId: string): Promise<Answer> {
  // To the store, `all` means every session; here it is an id like any that doesn't exist.
  if (sessionId === "all") return problemJson(visit, "unknown_session")
  const { ended, isSignedOut } = await endSessions(visit, signedIn, sessionId)
  if (ended === 0) return problemJson(visit, "unknown_session")
  return respondJson(visit, null, isSignedOut ? signedOutReply(visit) : {})
}

/** Signs the person out everywhere, here too. */
export async function endAllSessions(visit: Visit, signedIn: SignedIn): Promise<Answer> {
  await endSessions(visit, signedIn, "all")
  return respondJson(visit, null, signedOutReply(visit))
}
