import type { SessionTokenHash } from "../../core/sessions/session-token.ts"
import type { CheckSession, SignedIn } from "../../core/store.ts"
import { createLookUp } from "./look-up.ts"
import type { RedisLink } from "./redis-link.ts"
import { createScript, NOW } from "./script.ts"
import { readEntry, writeEntry } from "./session-entry.ts"

/**
 * How long what the database said is believed, in milliseconds: from before the database was asked to when Redis's answer is here,
 * which the time-out bounds. Less than the second that we promise for a session that has ended (P10).
 */
const SECOND_AT_MOST = 950
// As long as anything that was asked for before an end may still come to be kept, by a process with another time-out.
const MARK_AGE = 1_000

/**
 * `KEYS`: the session, its user. `ARGV`: when Redis was asked before the database was, the longest life, the entry, the token's
 * hash. Keeps nothing that is too old by now, or older than the end of a session that it may not know of.
 */
const KEEP = createScript(`${NOW}
local began, maxAge = tonumber(ARGV[1]), tonumber(ARGV[2])
local life = maxAge - (now - began)
if life <= 0 or life > maxAge then return 0 end
local usersEnd = redis.call('HGET', KEYS[2], 'ended')
local ownEnd = string.match(redis.call('GET', KEYS[1]) or '', '^ended:(%d+)$')
if began <= tonumber(usersEnd or 0) or began <= tonumber(ownEnd or 0) then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'PX', life)
redis.call('HSET', KEYS[2], ARGV[4], '')
redis.call('PEXPIRE', KEYS[2], 1000)
return 1
`)

/** `KEYS`: a user. `ARGV`: how long the mark stays. Nothing that was read before now is kept. Returns the hashes of tokens that may be. */
const END_USER = createScript(`${NOW}
local known = redis.call('HKEYS', KEYS[1])
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'ended', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return known
`)

/** `KEYS`: a session. `ARGV`: how long the mark stays. Nothing of it that was read before now is kept. */
const END_SESSION = createScript(`${NOW}
return redis.call('SET', KEYS[1], string.format('ended:%.0f', now), 'PX', ARGV[1])
`)

/** What the cache knows about a session. `askedAt`, by Redis's clock, goes with what the database will say. */
export type Found =
  | { readonly status: "found"; readonly signedIn: SignedIn }
  | { readonly status: "missing"; readonly askedAt: number }
  | { readonly status: "away" }

/**
 * What the database said about sessions, for less than a second. An entry is signed with its time, so that whoever can write to
 * Redis makes no session, and brings none back. That keys expire, are evicted or deleted changes only what it costs.
 */
export interface SessionCache {
  find(check: CheckSession): Promise<Found>
  keep(tokenHash: SessionTokenHash, signedIn: SignedIn, askedAt: number): Promise<void>
  /** After any session of a user ended. */
  endUser(userId: string): Promise<void>
  /** After one session ended whose user isn't known. */
  endSession(tokenHash: SessionTokenHash): Promise<void>
}

export function createSessionCache(
  link: RedisLink,
  prefix: string,
  secrets: readonly [string, ...string[]],
  timeout: number,
): SessionCache {
  const maxAge = SECOND_AT_MOST - timeout
  const lookUp = createLookUp(link)
  const sessionKey = (tokenHash: string) => `${prefix}:session:${tokenHash}`
  const userKey = (userId: string) => `${prefix}:user:${userId}`

  return {
    async find(check) {
      const startedAt = performance.now()
      const lookedUp = await lookUp(sessionKey(check.tokenHash))
      // An answer that lay about while this process did something else is as old as that.
      if (lookedUp === null || performance.now() - startedAt > timeout) return { status: "away" }
      const { text, now } = lookedUp
      const entry = text === null ? null : readEntry(text, check.tokenHash, secrets)
      // Not left to the key's expiry: a clock that steps back and a Redis restored from a copy know older ones.
      const isYoung = entry !== null && entry.askedAt <= now && now - entry.askedAt < maxAge
      if (isYoung && isCurrent(entry.signedIn, check)) return { status: "found", signedIn: entry.signedIn }
      return { status: "missing", askedAt: now }
    },
    async keep(tokenHash, signedIn, askedAt) {
      const entry = writeEntry({ signedIn, askedAt }, tokenHash, secrets[0])
      const keys = [sessionKey(tokenHash), userKey(signedIn.user.id)]
      await link.run(KEEP, keys, [askedAt, maxAge, entry, tokenHash])
    },
    async endUser(userId) {
      const answer = await link.run(END_USER, [userKey(userId)], [MARK_AGE])
      if (answer.status === "away") return
      const known = (answer.value as readonly unknown[]).map(String).filter((field) => field !== "ended")
      if (known.length > 0) await link.command("DEL", known.map(sessionKey))
    },
    async endSession(tokenHash) {
      await link.run(END_SESSION, [sessionKey(tokenHash)], [MARK_AGE])
    },
  }
}

// It ends by the time of its caller, and use is noted by the database.
function isCurrent({ session }: SignedIn, { at, touchEvery }: CheckSession): boolean {
  return at < session.idleExpiresAt && at < session.expiresAt && at - session.lastSeenAt < touchEvery
}
