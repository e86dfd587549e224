import { appendFileSync } from "node:fs"
import { join } from "node:path"
import { Redis } from "ioredis"
import type { OwnServer } from "../../scripts/services/keep-server.ts"
import { startOwnRedis as startServer } from "../../scripts/services/own-redis.ts"

/** A Redis of the test's own, which keeps nothing on disk unless it is told to. */
export interface OwnRedis extends OwnServer {
  /** A client for the test itself: to look, to set up, to destroy. It waits where Redis doesn't answer. */
  readonly admin: Redis
  /** Stops answering, with its connections open. */
  hang(): Promise<void>
  goOn(): void
  /** From its next start on. */
  configure(settings: Readonly<Record<string, string>>): void
}

export async function startOwnRedis(settings: Readonly<Record<string, string>> = {}): Promise<OwnRedis> {
  const server = await startServer({ settings })
  const admin = new Redis(server.url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
  admin.on("error", () => undefined)
  let hanging = 0
  return {
    ...server,
    admin,
    async hang() {
      hanging = Number(/^process_id:(\d+)/m.exec(await admin.info("server"))?.[1])
      process.kill(hanging, "SIGSTOP")
    },
    goOn: () => void process.kill(hanging, "SIGCONT"),
    configure: (more) => appendFileSync(join(server.folder, "redis.conf"), linesOf(more)),
    async stop() {
      admin.disconnect()
      await server.stop()
    },
  }
}

function linesOf(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join("")
}
