import type { Address } from "../../core/addresses/canonical-address.ts"
import type { Session } from "../../core/sessions/session.ts"
import type { SignedIn } from "../../core/store.ts"
import type { User } from "../../core/users/user.ts"

/** A user as `user_json` gives it. */
export type UserRow = readonly [
  id: string,
  address: Address,
  displayName: string,
  createdAt: number,
  disabledAt: number | null,
]

/** A session as `session_json` gives it. */
export type SessionRow = readonly [
  id: string,
  userId: string,
  createdAt: number,
  lastSeenAt: number,
  idleExpiresAt: number,
  expiresAt: number,
  provider: string,
  provenAt: number,
  device: string,
  ip: string | null,
]

export function toUser([id, email, displayName, createdAt, disabledAt]: UserRow): User {
  return { id, email, displayName, createdAt, disabledAt }
}

export function toSession(row: SessionRow): Session {
  const [id, userId, createdAt, lastSeenAt, idleExpiresAt, expiresAt, provider, provenAt, device, ip] = row
  return { id, userId, createdAt, lastSeenAt, idleExpiresAt, expiresAt, provider, provenAt, device, ip }
}

export function toSignedIn([user, session]: readonly [UserRow, SessionRow]): SignedIn {
  return { user: toUser(user), session: toSession(session) }
}
