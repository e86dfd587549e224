import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { freePort } from "../../test/free-port.ts"
import { programPath, programs } from "../ensure-program.ts"
import { askRedis } from "./ask-redis.ts"
import { keepServer, type OwnServer } from "./keep-server.ts"
import { ownFolder } from "./own-folder.ts"

export interface OwnRedisOptions {
  /** Writes every command to the disk before it answers. Without it, what it kept is gone with its process. */
  readonly durable?: boolean
  /** More of redis.conf: `{ maxmemory: "4mb", "maxmemory-policy": "allkeys-lru" }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Starts a Redis or Valkey of our own on a free port, from what is installed. */
export async function startOwnRedis({ durable = false, settings = {} }: OwnRedisOptions = {}): Promise<OwnServer> {
  const command = programPath(programs.redis)
  const folder = ownFolder("redis")
  const password = randomBytes(16).toString("hex")
  const port = await freePort()
  const url = `redis://:${password}@127.0.0.1:${port}`
  const all = {
    bind: "127.0.0.1",
    port: String(port),
    dir: folder,
    requirepass: password,
    save: '""',
    ...(durable && { appendonly: "yes", appendfsync: "always" }),
    ...settings,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name} ${value}\n`)
  const file = join(folder, "redis.conf")
  writeFileSync(file, lines.join(""))
  const kept = { command, args: [file], folder, stopSignal: "SIGTERM" } as const
  const isUp = async () => (await askRedis(url, ["ping"])).includes("+PONG")
  return { url, port, ...(await keepServer(kept, isUp)) }
}
