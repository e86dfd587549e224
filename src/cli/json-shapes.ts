import { isoTime } from "../core/clock.ts"
import type { Session } from "../core/sessions/session.ts"
import type { ProviderUse, User } from "../core/users/user.ts"

/** Users, sessions and ways in as `--json` prints them: times in ISO 8601. */
export function userJson({ id, email, displayName, createdAt, disabledAt }: User) {
  return {
    id,
    email,
    displayName,
    createdAt: isoTime(createdAt),
    disabledAt: disabledAt === null ? null : isoTime(disabledAt),
  }
}

export function sessionJson(session: Session, email: string) {
  const { id, userId, createdAt, lastSeenAt, idleExpiresAt, expiresAt, provider, provenAt, device, ip } = session
  return {
    id,
    userId,
    email,
    createdAt: isoTime(createdAt),
    lastSeenAt: isoTime(lastSeenAt),
    idleExpiresAt: isoTime(idleExpiresAt),
    expiresAt: isoTime(expiresAt),
    provider,
    provenAt: isoTime(provenAt),
    device,
    ip,
  }
}

export function providerJson({ provider, firstUsedAt, lastUsedAt, uses }: ProviderUse) {
  return { provider, firstUsedAt: isoTime(firstUsedAt), lastUsedAt: isoTime(lastUsedAt), uses }
}
