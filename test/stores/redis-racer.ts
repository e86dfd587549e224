// One process of several on one SQLite file and one Redis. It says "ready" and then does what it is sent:
// `{ limit, at, count }`: takes a limit that often at once, and tells what came of it;
// `{ check }`: checks a session as often as it can until it isn't there, and tells when it saw it last.
import type { LimitTake } from "../../src/core/limits/limit.ts"
import type { CheckSession } from "../../src/core/store.ts"
import { withRedis } from "../../src/redis.ts"
import { sqlite } from "../../src/sqlite.ts"
import { connect, SECRET } from "./redis-site.ts"

type Work =
  | { readonly limit: LimitTake; readonly at: number; readonly count: number }
  | { readonly check: CheckSession }

const [path = "", url = "", kind = "", timeout = ""] = process.argv.slice(2)
const { client, disconnect } = await connect(url, kind === "redis" ? "redis" : "ioredis")
const store = withRedis(sqlite(path), client, {
  secret: SECRET,
  timeout: Number(timeout),
  // Instead of an answer: a switch to the database isn't what is looked at.
  onStateChange: (change) => process.send?.([change]),
})

process.on("message", async (work: Work) =>
  process.send?.("check" in work ? await watch(work.check) : await take(work)),
)
process.on("disconnect", async () => {
  await store.close()
  disconnect()
})
await store.migrate()
process.send?.("ready")

function take({ limit, at, count }: Exclude<Work, { readonly check: CheckSession }>) {
  const one = () => store.limits.take({ limit, at, address: null, client: { ip: "203.0.113.7", userAgent: null } })
  return Promise.all(Array.from({ length: count }, one))
}

async function watch(check: CheckSession): Promise<{ readonly lastSeenAt: number; readonly checks: number }> {
  let lastSeenAt = 0
  for (let checks = 1; ; checks++) {
    const signedIn = await store.sessions.check(check)
    if (signedIn === null) return { lastSeenAt, checks }
    lastSeenAt = Date.now()
    if (checks === 1) process.send?.("seen")
  }
}
