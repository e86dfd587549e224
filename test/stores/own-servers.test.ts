import { fork } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { programPath, programs } from "../../scripts/ensure-program.ts"
import { askPostgres } from "../../scripts/services/ask-postgres.ts"
import { askRedis } from "../../scripts/services/ask-redis.ts"
import type { OwnServer } from "../../scripts/services/keep-server.ts"
import { type OwnPostgresOptions, startOwnPostgres } from "../../scripts/services/own-postgres.ts"
import { type OwnRedisOptions, startOwnRedis } from "../../scripts/services/own-redis.ts"
import { startPgBouncer } from "../../scripts/services/pgbouncer.ts"

// Servers start when a busy machine lets them.
vi.setConfig({ testTimeout: 60_000 })

async function stoppedAfterwards<Server extends OwnServer>(starting: Promise<Server>): Promise<Server> {
  const server = await starting
  onTestFinished(() => server.stop())
  return server
}

const ownPostgres = (options?: OwnPostgresOptions) => stoppedAfterwards(startOwnPostgres(options))
const ownRedis = (options?: OwnRedisOptions) => stoppedAfterwards(startOwnRedis(options))

function withPassword(url: string, password: string): string {
  return Object.assign(new URL(url), { password }).href
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false))
    socket.once("connect", () => socket.destroy())
  })
}

describe("a PostgreSQL of our own", () => {
  it("keeps what it answered over a crash, at the same port", async () => {
    const server = await ownPostgres({ durable: true })
    expect(await askPostgres(server.url, "select current_setting('fsync') as fsync")).toEqual([{ fsync: "on" }])
    await askPostgres(server.url, "create table kept (n int)")
    await askPostgres(server.url, "insert into kept values (7)")
    await server.kill()
    expect(await isListening(server.port)).toBe(false)
    await server.restart()
    expect(await askPostgres(server.url, "select n from kept")).toEqual([{ n: 7 }])
    await server.restart()
    expect(await askPostgres(server.url, "select n from kept")).toEqual([{ n: 7 }])
  })

  it("takes settings, and lets nobody in without the password", async () => {
    const server = await ownPostgres({ settings: { max_connections: "17" } })
    const asked = await askPostgres(server.url, "select current_setting('max_connections') as max")
    expect(asked).toEqual([{ max: "17" }])
    await expect(askPostgres(withPassword(server.url, "guessed"), "select 1")).rejects.toThrow(/password/)
  })

  it("is reached through a PgBouncer that shares connections", async () => {
    const server = await ownPostgres()
    const bouncer = await stoppedAfterwards(startPgBouncer({ url: server.url, settings: { default_pool_size: "1" } }))
    const [row] = await askPostgres(bouncer.url, "select inet_server_port() as port, pg_backend_pid() as pid")
    expect(row?.["port"]).toBe(server.port)
    expect(await askPostgres(bouncer.url, "select pg_backend_pid() as pid")).toEqual([{ pid: row?.["pid"] }])
    await expect(askPostgres(withPassword(bouncer.url, "guessed"), "select 1")).rejects.toThrow(/password|SASL/)
    await bouncer.kill()
    await bouncer.restart()
    expect(await askPostgres(bouncer.url, "select 1 as one")).toEqual([{ one: 1 }])
  })
})

describe("a Redis of our own", () => {
  it("keeps what it answered over a crash where it is durable, and nothing otherwise", async () => {
    const [durable, quick] = [await ownRedis({ durable: true }), await ownRedis()]
    for (const { url, kill, restart } of [durable, quick]) {
      await askRedis(url, ["set", "kept", "seven"])
      await kill()
      await restart()
      expect((await askRedis(url, ["get", "kept"])).includes("seven")).toBe(url === durable.url)
    }
  })

  it("takes settings, and lets nobody in without the password", async () => {
    const { url } = await ownRedis({ settings: { maxmemory: "4mb", "maxmemory-policy": "allkeys-lru" } })
    expect(await askRedis(url, ["config", "get", "maxmemory-policy"])).toContain("allkeys-lru")
    expect(await askRedis(withPassword(url, ""), ["get", "a"])).toContain("-NOAUTH")
  })
})

describe("whatever happens to who asked for them, servers end and leave nothing:", () => {
  it.each(["SIGKILL", "SIGINT"] as const)("it gets %s", async (signal) => {
    const child = fork(new URL("holds-servers.ts", import.meta.url), { execArgv: [] })
    onTestFinished(() => void child.kill("SIGKILL"))
    const [servers] = (await once(child, "message")) as [readonly { folder: string; port: number }[]]
    const states = () => Promise.all(servers.map(async (one) => [await isListening(one.port), existsSync(one.folder)]))
    expect(await states()).toEqual([
      [true, true],
      [true, true],
    ])
    child.kill(signal)
    await expect.poll(states, { timeout: 15_000 }).toEqual([
      [false, false],
      [false, false],
    ])
  })

  it("its server doesn't start", async () => {
    const folder = mkdtempSync(join(tmpdir(), "linklatch-nothing-"))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    vi.stubEnv("TMPDIR", folder)
    onTestFinished(() => void vi.unstubAllEnvs())
    await expect(startOwnRedis({ settings: { "no-such-setting": "1" } })).rejects.toThrow(/no-such-setting/)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe("a program that isn't installed", () => {
  it("is named, with what to type", () => {
    const nowhere = { ...programs.postgres, names: ["no-such-program"], variable: "NO_SUCH_PATH" }
    expect(() => programPath(nowhere)).toThrow(
      "The tests of shared stores need PostgreSQL. On Debian or Ubuntu: sudo apt-get install postgresql. " +
        "Elsewhere install it and set NO_SUCH_PATH to its program.",
    )
  })
})
