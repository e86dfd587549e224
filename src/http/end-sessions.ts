import type { RevokeReason } from "../core/audit/event.ts"
import type { SignedIn } from "../core/store.ts"
import type { Reply } from "./respond.ts"
import type { Visit } from "./visit.ts"

/** Ends one session of the person who is signed in, or all. `isSignedOut`: this browser's own was among them. */
export async function endSessions(
  visit: Visit,
  { user, session }: SignedIn,
  sessionId: string | "all",
): Promise<{ readonly ended: number; readonly isSignedOut: boolean }> {
  const { store, clock } = visit.site.context
  const reason: RevokeReason =
    sessionId === "all" ? "signed_out_everywhere" : sessionId === session.id ? "signed_out" : "signed_out_elsewhere"
  const revoke = { userId: user.id, sessionId, reason, client: visit.client, at: clock.now() }
  return { ended: await store.sessions.revoke(revoke), isSignedOut: reason !== "signed_out_elsewhere" }
}

/** Takes the cookie back, and has the browser forget what it kept of the site (ASVS 14.3.1). */
export function signedOutReply({ site }: Visit): Reply {
  return { headers: { "Clear-Site-Data": '"cache", "storage"' }, cookies: [site.cookies.clearSession()] }
}
