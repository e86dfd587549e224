import { randomUUID } from "node:crypto"
import { askRedis } from "../scripts/services/ask-redis.ts"
import { afterFile } from "./after-file.ts"

/** Keys of one test, on a server that others use too. */
export interface RedisRoom {
  readonly url: string
  /** What every key begins with. */
  readonly prefix: string
  /** Takes the keys away. All of them go when the file is over. */
  drop(): Promise<void>
}

/** Fails with the cure where there is no Redis. */
export function createRedisRoom(): RedisRoom {
  const url = redisUrl()
  const prefix = `linklatch-test:${randomUUID()}:`
  const room = { url, prefix, drop: () => dropKeys(url, prefix) }
  afterFile(room.drop)
  return room
}

/** A server that may hold somebody's keys: never flush it. `npm test` finds it or starts it. */
function redisUrl(): string {
  const url = process.env["TEST_REDIS_URL"] ?? ""
  if (url !== "") return url
  throw new Error("There is no Redis for this test. Run it as `npm test -- WORD`, or set TEST_REDIS_URL.")
}

const DROP = `
  local cursor = '0'
  repeat
    local found = redis.call('scan', cursor, 'match', ARGV[1] .. '*', 'count', 1000)
    cursor = found[1]
    for _, key in ipairs(found[2]) do redis.call('unlink', key) end
  until cursor == '0'
  return 'dropped'`

async function dropKeys(url: string, prefix: string): Promise<void> {
  const answer = await askRedis(url, ["eval", DROP, "0", prefix])
  if (!answer.includes("dropped")) throw new Error(`The keys of this test are still there: ${answer}`)
}
