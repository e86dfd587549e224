import { MINUTE } from "../clock.ts"
import type { Context } from "../context.ts"
import type { SignedIn } from "../store.ts"
import { hashSessionToken, type SessionToken } from "./session-token.ts"

// "Last seen" is for people: a write every few minutes is exact enough for them, and a read costs no commit.
const TOUCH_EVERY = 5 * MINUTE

/** Who a session token stands for, or null: one indexed read. */
export async function checkSession(
  { settings, store, clock }: Pick<Context, "settings" | "store" | "clock">,
  sessionToken: SessionToken | null,
): Promise<SignedIn | null> {
  if (sessionToken === null) return null
  const { sessionIdleTtl: idleTtl } = settings
  const touchEvery = Math.min(TOUCH_EVERY, idleTtl / 4)
  return store.sessions.check({ tokenHash: hashSessionToken(sessionToken), at: clock.now(), idleTtl, touchEvery })
}
