import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { createClient } from "redis"
import { type CheckpointOutlet, checkpointFile, witness } from "../../src/checkpoints.ts"
import { linklatch, type MailTransport, type Store } from "../../src/index.ts"
import { mount } from "../../src/node.ts"
import { postgres } from "../../src/postgres.ts"
import { withRedis } from "../../src/redis.ts"
import { resend } from "../../src/resend.ts"
import { closeServer } from "../../src/server/http-server.ts"
import { smtp } from "../../src/smtp.ts"
import { migrate } from "../../src/stores/sqlite/migrate.ts"
import { openDatabase, waitBriefly } from "../../src/stores/sqlite/open-database.ts"
import { createSqliteStore } from "../../src/stores/sqlite/sqlite-store.ts"
import type { Pass, Point } from "./points.ts"
import { watchedDatabase } from "./watched-database.ts"
import { watchedSealing } from "./watched-sealing.ts"
import { outletWithFailpoints, transportWithFailpoints, withFailpoints } from "./with-failpoints.ts"

/** Where a process is to end, and at which time that it gets there. */
export interface Doom {
  readonly point: Point
  readonly times: number
}

/** What one process of a site is given at its start. */
export interface SiteErrand {
  /** `sqlite:path` or `postgres://…`. */
  readonly databaseUrl: string
  /** With Redis beside it. */
  readonly redisUrl: string | null
  readonly baseUrl: string
  readonly secret: string
  readonly audit: AuditErrand
  readonly mail: { readonly smtpUrl: string } | { readonly resendUrl: string; readonly apiKey: string }
  /** How far its clock is ahead of the machine's. */
  readonly aheadMs: number
  /** Null: it lives. */
  readonly doom: Doom | null
  readonly isYielding: boolean
}

/** Who signs the log, and where its checkpoints go. */
export interface AuditErrand {
  readonly key: string
  readonly origin: string
  readonly checkpointFile: string
  readonly witness: { readonly key: string; readonly url: string }
  /** Every note that is ever signed, for whoever looks afterwards. */
  readonly notesFile: string
}

/** What it may be told later. */
export interface SiteOrder {
  readonly aheadMs: number
  readonly isSpared: boolean
  /** Whether it leaves sealing to others. */
  readonly isYielding: boolean
}

const errand = JSON.parse(process.argv[2] ?? "{}") as SiteErrand
let { aheadMs, doom, isYielding } = errand
let passed = 0
let redis: ReturnType<typeof createClient> | null = null

const pass: Pass = (point) => {
  if (point !== doom?.point) return
  passed += 1
  // As the kernel does for kill -9: no handler runs, nothing is flushed, and this call doesn't return.
  if (passed >= doom.times) process.kill(process.pid, "SIGKILL")
}

const say = (level: string) => (event: string, fields?: object) =>
  // Everything that there is to say, unscrubbed: what must not be in it is looked for afterwards.
  console.log(
    JSON.stringify({ level, event, ...fields }, (_key, value) => (value instanceof Error ? tell(value) : value)),
  )

const auth = linklatch({
  baseUrl: errand.baseUrl,
  siteName: "Example",
  secret: errand.secret,
  store: watchedSealing(withFailpoints(await openStore(errand), pass), {
    ...errand.audit,
    isYielding: () => isYielding,
  }),
  mail: transportWithFailpoints(openTransport(), pass),
  clock: { now: () => Date.now() + aheadMs },
  log: { info: say("info"), warn: say("warn"), error: say("error") },
  trustedProxies: ["127.0.0.1"],
  audit: { key: errand.audit.key, origin: errand.audit.origin, outlets: openOutlets(errand.audit) },
  signUp: "allowlist",
  allowedDomains: ["example.com"],
})

const server = createServer(
  mount(auth, async (request, response) => {
    const isReady =
      request.url === "/readyz" &&
      (await auth.ping().then(
        () => true,
        () => false,
      ))
    response.writeHead(isReady ? 200 : 503).end()
  }),
)
server.listen(0, "127.0.0.1")
await once(server, "listening")

process.on("message", (order: SiteOrder) => {
  aheadMs = order.aheadMs
  isYielding = order.isYielding
  if (order.isSpared) doom = null
})
// Its parent hung up: it ends as it should.
process.on("disconnect", async () => {
  await closeServer(server, 3_000)
  await auth.close()
  redis?.destroy()
})
process.send?.({ port: (server.address() as AddressInfo).port })

async function openStore({ databaseUrl, redisUrl, secret }: SiteErrand): Promise<Store> {
  const store = databaseUrl.startsWith("postgres:") ? postgres(databaseUrl) : openSqlite(databaseUrl)
  if (redisUrl === null) return store
  redis = createClient({ url: redisUrl })
  redis.on("error", () => undefined)
  await redis.connect()
  return withRedis(store, redis, { secret, onStateChange: (change) => say("warn")("redis", { ...change }) })
}

function openSqlite(url: string): Store {
  const database = openDatabase(url.slice("sqlite:".length))
  migrate(database, Date.now())
  waitBriefly(database)
  return createSqliteStore(watchedDatabase(database, pass), [])
}

function openOutlets({ checkpointFile: path, witness: to }: AuditErrand): readonly CheckpointOutlet[] {
  const file = checkpointFile(path, { every: 0 })
  return [
    outletWithFailpoints(file, "file", pass),
    outletWithFailpoints(witness({ ...to, every: 100, timeout: 2_000 }), "witness", pass),
  ]
}

function openTransport(): MailTransport {
  const from = "Example <login@example.com>"
  if ("smtpUrl" in errand.mail) return smtp({ url: errand.mail.smtpUrl, from })
  return resend({ apiKey: errand.mail.apiKey, baseUrl: errand.mail.resendUrl, from })
}

function tell(error: Error): string {
  return `${error.stack} ${error.cause instanceof Error ? tell(error.cause) : ""}`
}
