import type { RedisLink } from "./redis-link.ts"
import { createScript, NOW } from "./script.ts"

/** What stands at a key, and what Redis's clock said then. */
export interface LookedUp {
  readonly text: string | null
  readonly now: number
}

interface Waiting {
  readonly key: string
  readonly resolve: (lookedUp: LookedUp | null) => void
}

/** `KEYS`: any number. */
const FIND = createScript(`${NOW}
return { now, redis.call('MGET', unpack(KEYS)) }
`)

// Lua takes some thousands of arguments; and none should wait behind all of them.
const MAX_TOGETHER = 256

/**
 * Looks keys up. Those that are asked for in the same turn of the event loop share one question: sending and reading it is
 * nearly all that it costs. Null: Redis is away.
 */
export function createLookUp(link: RedisLink): (key: string) => Promise<LookedUp | null> {
  let waiting: Waiting[] = []

  const lookUpAll = () => {
    const all = waiting
    waiting = []
    for (let from = 0; from < all.length; from += MAX_TOGETHER)
      void lookUpTogether(link, all.slice(from, from + MAX_TOGETHER))
  }

  return (key) =>
    new Promise((resolve) => {
      if (waiting.length === 0) setImmediate(lookUpAll)
      waiting.push({ key, resolve })
    })
}

async function lookUpTogether(link: RedisLink, together: readonly Waiting[]): Promise<void> {
  const keys = together.map(({ key }) => key)
  const answer = await link.run(FIND, keys, [])
  const [now, texts] = answer.status === "away" ? [] : (answer.value as readonly [unknown, readonly unknown[]])
  for (const [index, { resolve }] of together.entries()) {
    const text = texts?.[index] ?? null
    resolve(answer.status === "away" ? null : { now: Number(now), text: text === null ? null : String(text) })
  }
}
