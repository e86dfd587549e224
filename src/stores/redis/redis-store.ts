import type { SessionTokenHash } from "../../core/sessions/session-token.ts"
import type { CodeStore, LinkStore, RedeemCode, RedeemLink, SessionStore, Store } from "../../core/store.ts"
import { limitedRedeem, limitedRequests, limitedTakes } from "./limited.ts"
import type { RedisLimits } from "./limits.ts"
import type { SessionCache } from "./session-cache.ts"

/** What stands in Redis. */
export interface InRedis {
  readonly limits: RedisLimits
  /** Null: sessions are read from the database only. */
  readonly sessions: SessionCache | null
  /** Waits for what was asked: a decision goes on to the store below it from there. */
  close(): Promise<void>
}

/** A store over another one, which decides all but limits, and those as well while Redis is away. */
export function createRedisStore(inner: Store, redis: InRedis): Store {
  const { limits, sessions: cache } = redis
  return {
    name: `${inner.name}-redis`,
    ...(inner.file !== undefined && { file: inner.file }),
    requests: limitedRequests(inner, limits),
    limits: limitedTakes(inner, limits),
    ...redeemStores(inner, redis),
    sessions: cache === null ? inner.sessions : cacheSessions(inner.sessions, cache),
    users: {
      find: (by) => inner.users.find(by),
      list: (list) => inner.users.list(list),
      setDisabled: (change) => endAfter(inner.users.setDisabled(change), () => cache?.endUser(change.userId)),
    },
    providers: inner.providers,
    outbox: inner.outbox,
    erasure: {
      ...inner.erasure,
      async erase(person) {
        const outcome = await inner.erasure.erase(person)
        const userId = outcome.status === "erased" ? outcome.userId : null
        if (userId !== null) await cache?.endUser(userId)
        await limits.forget(person.limitKeys)
        return outcome
      },
    },
    // With the limits that the database counted while Redis was away. Those in Redis expire by themselves.
    retention: inner.retention,
    audit: inner.audit,
    sealing: inner.sealing,
    migrate: () => inner.migrate(),
    ping: () => inner.ping(),
    close: async () => {
      await redis.close()
      await inner.close()
    },
  }
}

function redeemStores(inner: Store, { limits, sessions }: InRedis): { links: LinkStore; codes: CodeStore } {
  const ending = <Outcome>(outcome: Promise<Outcome>, replaces: SessionTokenHash | null) =>
    replaces === null ? outcome : endAfter(outcome, () => sessions?.endSession(replaces))
  return {
    links: {
      mint: (link) => inner.links.mint(link),
      inspect: (tokenHash) => inner.links.inspect(tokenHash),
      notePrefetch: (prefetch) => inner.links.notePrefetch(prefetch),
      redeem(link) {
        const findAddress = async () => (await inner.links.inspect(link.tokenHash))?.address ?? null
        const below = { redeem: (args: RedeemLink) => inner.links.redeem(args), findAddress }
        return ending(limitedRedeem(inner, limits, link, below), link.replaces)
      },
    },
    codes: {
      redeem(code) {
        const findAddress = async () => (await inner.requests.latest(code.flowHash))?.address ?? null
        const below = { redeem: (args: RedeemCode) => inner.codes.redeem(args), findAddress }
        return ending(limitedRedeem(inner, limits, code, below), code.replaces)
      },
    },
  }
}

function cacheSessions(inner: SessionStore, cache: SessionCache): SessionStore {
  return {
    async check(check) {
      const found = await cache.find(check)
      if (found.status === "found") return found.signedIn
      const signedIn = await inner.check(check)
      // Nobody waits for it, and it never rejects.
      if (found.status === "missing" && signedIn !== null) void cache.keep(check.tokenHash, signedIn, found.askedAt)
      return signedIn
    },
    list: (list) => inner.list(list),
    listAll: (list) => inner.listAll(list),
    find: (find) => inner.find(find),
    revoke: (revoke) => endAfter(inner.revoke(revoke), () => cache.endUser(revoke.userId)),
  }
}

// Behind the commit, as whoever asks in between may still keep what was true. And behind a failure, as that may have been one
// of the answer only.
async function endAfter<Outcome>(decision: Promise<Outcome>, end: () => Promise<void> | undefined): Promise<Outcome> {
  try {
    return await decision
  } finally {
    await end()
  }
}
