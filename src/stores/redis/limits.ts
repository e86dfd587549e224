import { randomBytes } from "node:crypto"
import type { AskLimits } from "../../core/limits/ask-limits.ts"
import type { LimitKey, LimitOutcome, LimitTake, Quota } from "../../core/limits/limit.ts"
import type { RedisLink } from "./redis-link.ts"
import { createScript } from "./script.ts"

/**
 * `KEYS`: for each limit its hits and the mark of its report. `ARGV`: the time, a name for these hits, then for each limit its
 * maximum, its window and its role. A hit is a member of a sorted set, by its time.
 *
 * The windows are those of the SQL stores (decisions/005): what was admitted at t stops counting at t + window, hits in the
 * future count, and each is kept for one window more, for processes whose clocks disagree.
 *
 * Keys expire by Redis's clock, a minute after they may: the time of a decision is its caller's.
 */
const TAKE = createScript(`
local at = tonumber(ARGV[1])
local taken = {}
for i = 1, #KEYS / 2 do
  local hits, report = KEYS[2 * i - 1], KEYS[2 * i]
  local max, window, role = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1]), ARGV[3 * i + 2]
  local counting = redis.call('ZCOUNT', hits, string.format('(%.0f', at - window), '+inf')
  local isAdmitted, isFirst = counting < max, false
  if isAdmitted then
    counting = counting + 1
    redis.call('ZADD', hits, ARGV[1], ARGV[2])
    redis.call('ZREMRANGEBYSCORE', hits, '-inf', string.format('%.0f', at - 2 * window))
    redis.call('PEXPIRE', hits, 2 * window + 60000)
  elseif role ~= 'alone' and at >= tonumber(redis.call('GET', report) or '0') then
    isFirst = true
    redis.call('SET', report, string.format('%.0f', at + window), 'PX', 5000)
  end
  local leaving = redis.call('ZRANGE', hits, -math.min(counting, max), -math.min(counting, max), 'WITHSCORES')
  taken[i] = { isAdmitted and 1 or 0, math.max(0, max - counting), tonumber(leaving[2]) + window, isFirst and 1 or 0 }
  if isAdmitted and role == 'alone' then break end
  if not isAdmitted and role == 'openly' then break end
end
return taken
`)

const MINUTE = 60_000

/** `alone`: where it admits, none behind it is taken; its refusals aren't reported. `openly`: where it refuses, that is all. */
type Role = "alone" | "openly" | "silently"

/** What Redis decided about a limit. `isFirst`: a refusal that is to be written down, the first in its window. */
export interface Taken extends LimitOutcome {
  readonly limit: LimitTake
  readonly isFirst: boolean
  /** The name of its hit, if it was admitted. */
  readonly hit: string
}

/** What Redis decided about the limits of asking; one that wasn't taken is null. */
export type AskTaken = { readonly [Name in keyof AskLimits]: Taken | null }

/** Limits in Redis, each decision one script. Null: Redis is away, and the database decides. */
export interface RedisLimits {
  take(limit: LimitTake, at: number): Promise<Taken | null>
  takeAll(limits: AskLimits, at: number): Promise<AskTaken | null>
  /**
   * What they were taken for is committed, and a first refusal written. Until then its mark stands for five seconds only, so that
   * a process that dies in between takes no report with it (P5).
   */
  confirm(taken: readonly Taken[]): Promise<void>
  /** What they were taken for failed: nobody's allowance is spent on it, and the next refusal is the first. */
  takeBack(taken: readonly Taken[]): Promise<void>
  /** Deletes all that is known of these keys. */
  forget(keys: readonly LimitKey[]): Promise<void>
}

export function createRedisLimits(link: RedisLink, prefix: string): RedisLimits {
  const { hitsKey, reportKey } = keysUnder(prefix)
  const nameHit = createHitNames()

  async function take(asked: readonly Asked[], at: number): Promise<readonly Taken[] | null> {
    const hit = nameHit()
    const keys = asked.flatMap(({ limit }) => [hitsKey(limit), reportKey(limit)])
    const args = asked.flatMap(({ limit, role }) => [limit.max, limit.windowMs, role])
    // The database has decided by then: nobody's allowance is spent twice.
    const undo = (value: unknown) => {
      for (const [command, key, ...rest] of undoing(readAll(value, asked, hit))) link.tell(command, [key, ...rest])
    }
    const answer = await link.run(TAKE, keys, [at, hit, ...args], undo)
    return answer.status === "away" ? null : readAll(answer.value, asked, hit)
  }

  function undoing(taken: readonly Taken[]): readonly (readonly [command: string, key: string, ...rest: string[]])[] {
    const first = taken.filter(({ isFirst }) => isFirst)
    const admitted = taken.filter(({ status }) => status === "admitted")
    return [
      ...first.map(({ limit }) => ["DEL", reportKey(limit)] as const),
      ...admitted.map(({ limit, hit }) => ["ZREM", hitsKey(limit), hit] as const),
    ]
  }

  return {
    async take(limit, at) {
      const [taken = null] = (await take([{ limit, role: "openly" }], at)) ?? []
      return taken
    },
    async takeAll(limits, at) {
      const roles = [
        { limit: limits.knownBrowser, role: "alone" },
        { limit: limits.client, role: "openly" },
        { limit: limits.address, role: "silently" },
      ] as const
      const all = await take(
        roles.filter((one): one is typeof one & Asked => one.limit !== null),
        at,
      )
      if (all === null) return null
      const of = (limit: LimitTake | null) => all.find((taken) => taken.limit === limit) ?? null
      return { knownBrowser: of(limits.knownBrowser), client: of(limits.client), address: of(limits.address) }
    },
    async confirm(taken) {
      const first = taken.filter(({ isFirst }) => isFirst)
      const keepMark = ({ limit }: Taken) =>
        link.command("PEXPIRE", [reportKey(limit), String(limit.windowMs + MINUTE)])
      await Promise.all(first.map(keepMark))
    },
    forget: createForget(link, prefix),
    async takeBack(taken) {
      await Promise.all(undoing(taken).map(([command, key, ...rest]) => link.command(command, [key, ...rest])))
    },
  }
}

function keysUnder(prefix: string) {
  return {
    hitsKey: ({ key }: Pick<LimitTake, "key">) => `${prefix}:limit:${key}`,
    reportKey: ({ key }: Pick<LimitTake, "key">) => `${prefix}:report:${key}`,
  }
}

function createForget(link: RedisLink, prefix: string): RedisLimits["forget"] {
  const { hitsKey, reportKey } = keysUnder(prefix)
  return async (keys) => {
    const all = keys.flatMap((key) => [hitsKey({ key }), reportKey({ key })])
    if (all.length > 0) await link.command("DEL", all)
  }
}

interface Asked {
  readonly limit: LimitTake
  readonly role: Role
}

/** Names that no other process gives. */
function createHitNames(): () => string {
  const own = randomBytes(9).toString("base64url")
  let given = 0
  return () => `${own}${(given++).toString(36)}`
}

type TakenReply = readonly [isAdmitted: unknown, remaining: unknown, resetAt: unknown, isFirst: unknown]

// Of those that were asked for, the script takes some from the front.
function readAll(value: unknown, asked: readonly Asked[], hit: string): readonly Taken[] {
  const replies = value as readonly TakenReply[]
  return asked.slice(0, replies.length).map(({ limit }, index) => readTaken(replies[index] as TakenReply, limit, hit))
}

function readTaken(reply: TakenReply, limit: LimitTake, hit: string): Taken {
  const [isAdmitted, remaining, resetAt, isFirst] = reply.map(Number)
  const { name, max, windowMs } = limit
  const quota: Quota = { name, max, windowMs, remaining: remaining ?? 0, resetAt: resetAt ?? 0 }
  return { limit, status: isAdmitted === 1 ? "admitted" : "refused", quota, isFirst: isFirst === 1, hit }
}
