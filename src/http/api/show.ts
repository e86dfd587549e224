import { isoTime } from "../../core/clock.ts"
import type { Session } from "../../core/sessions/session.ts"
import type { Settings } from "../../core/settings.ts"
import type { SignedIn } from "../../core/store.ts"
import type { User } from "../../core/users/user.ts"
import type { ApiSession, ApiUser } from "./answers.ts"

/** Who is signed in, as their browser may see it. Fields are listed one by one: what is added to a row stays inside. */
export function showSignedIn({ user, session }: SignedIn, settings: Settings): { user: ApiUser; session: ApiSession } {
  return { user: showUser(user, settings), session: showSession(session, session.id) }
}

function showUser({ id, email, displayName, createdAt }: User, { adminEmails }: Settings): ApiUser {
  return { id, email, displayName, createdAt: isoTime(createdAt), isAdmin: adminEmails.has(email) }
}

export function showSession(session: Session, currentId: string): ApiSession {
  const { id, provider, device } = session
  return {
    id,
    createdAt: isoTime(session.createdAt),
    lastSeenAt: isoTime(session.lastSeenAt),
    idleExpiresAt: isoTime(session.idleExpiresAt),
    expiresAt: isoTime(session.expiresAt),
    provider,
    provenAt: isoTime(session.provenAt),
    device,
    isCurrent: id === currentId,
  }
}
