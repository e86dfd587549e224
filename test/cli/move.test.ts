import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import pg from "pg"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { askPostgres } from "../../scripts/services/ask-postgres.ts"
import { createTestDatabase } from "../../scripts/services/test-database.ts"
import { nobody } from "../../src/core/audit/event.ts"
import { postgres } from "../../src/postgres.ts"
import { sqlite } from "../../src/sqlite.ts"
import { openPostgresSource } from "../../src/stores/postgres/move-source.ts"
import { openTcpProxy } from "../faults/tcp-proxy.ts"
import { postgresUrl } from "../postgres.ts"
import { beginSite, expectToGoOn, type OpenStore } from "./moved-site.ts"
import { finish, finishJson, ownFolder } from "./run-command.ts"

vi.setConfig({ testTimeout: 120_000 })

interface Place {
  readonly url: string
  readonly appUrl: string
  readonly appRole: string
  readonly open: OpenStore
  /** One statement behind the store's back. */
  run(sql: string): Promise<unknown>
}

const MOVE_PROCESS = fileURLToPath(new URL("move-process.ts", import.meta.url))
const POINTS = [
  "before begin 1",
  "after begin 1",
  "before write 1",
  "after write 1",
  "after write 4",
  "before write 9",
  "after write 9",
  "before goOnAbove 1",
  "after goOnAbove 1",
  "before finish 1",
]
const ROUTES = [
  ["sqlite", "postgres"],
  ["postgres", "sqlite"],
] as const

function ownFile(): Place {
  const path = join(ownFolder(), "auth.db")
  const run = async (sql: string) => {
    const database = new DatabaseSync(path)
    database.exec(sql)
    database.close()
  }
  return { url: `sqlite:${path}`, appUrl: "", appRole: "", open: () => sqlite(path), run }
}

async function place(engine: string): Promise<Place> {
  if (engine === "sqlite") return ownFile()
  const { ownerUrl: url, drop, ...app } = await createTestDatabase(postgresUrl())
  onTestFinished(drop)
  const run = (sql: string) => askPostgres(url, `set search_path = linklatch; ${sql}`)
  return { url, ...app, open: () => postgres(url), run }
}

const places = (engines: readonly string[]) => Promise.all(engines.map(place)) as Promise<[Place, ...Place[]]>

function words(from: Pick<Place, "url">, to: Pick<Place, "url">, ...more: string[]): string[] {
  return ["move", "--from", from.url, "--to", to.url, ...more]
}

async function expectMoved(from: Pick<Place, "url">, to: Pick<Place, "url">) {
  const { code, out, err } = await finish(words(from, to, "--json"))
  expect({ code, err }).toEqual({ code: 0, err: "" })
  const told = JSON.parse(out.trim().split("\n").at(-1) ?? "")
  expect(told).toMatchObject({ status: "moved", numbers: [] })
  return told
}

/** The error of a command that fails, and all that it printed. */
async function expectRefused(args: string[], env: Record<string, string> = {}) {
  const { code, out, err } = await finish([...args, "--json"], { env })
  expect(code).not.toBe(0)
  return { code, ...JSON.parse(err).error, everything: out + err }
}

async function expectKilled(from: Place, to: Place, point: string): Promise<void> {
  const child = spawn(process.execPath, [MOVE_PROCESS, from.url, to.url, ...point.split(" ")], { stdio: "inherit" })
  const [, signal] = await once(child, "close")
  expect({ point, signal }).toEqual({ point, signal: "SIGKILL" })
}

async function migrate({ url }: Place): Promise<void> {
  expect((await finish("migrate", { env: { DATABASE_URL: url } })).code).toBe(0)
}

async function makeEvent(open: OpenStore): Promise<void> {
  const store = open()
  await store.audit.append({ type: "shop.made", detail: {}, at: 1, userId: null, address: null, client: nobody })
  await store.close()
}

describe("linklatch move", () => {
  it.each([
    { engines: ["sqlite", "postgres"] },
    { engines: ["postgres", "sqlite"] },
    { engines: ["sqlite", "postgres", "sqlite"] },
    { engines: ["postgres", "postgres"] },
    { engines: ["sqlite", "sqlite"] },
  ])("keeps all that a site has begun: $engines", async ({ engines }) => {
    const [first, ...others] = await places(engines)
    const begun = await beginSite(first.open)
    let last = first
    for (const next of others) {
      await expectMoved(last, next)
      last = next
    }
    const app = begun.resume(last.open)
    onTestFinished(() => app.close())
    await expectToGoOn(begun, app)
  })

  it.each(ROUTES)("goes on after each kill -9, from %s to %s", async (...engines) => {
    const [from, to] = (await places(engines)) as [Place, Place]
    const begun = await beginSite(from.open)
    await migrate(to)
    for (const point of POINTS) await expectKilled(from, to, point)
    const half = await expectRefused(["users", "list"], { DATABASE_URL: to.url })
    expect(half.message).toMatch(/A move into this database is not finished/)
    await expectMoved(from, to)
    const app = begun.resume(to.open)
    onTestFinished(() => app.close())
    await expectToGoOn(begun, app)
  })

  it.each(ROUTES)("is over and compared when it is killed behind its last step, from %s to %s", async (...engines) => {
    const [from, to] = (await places(engines)) as [Place, Place]
    await makeEvent(from.open)
    await migrate(to)
    await expectKilled(from, to, "after finish 1")
    expect((await expectRefused(words(from, to))).code).toBe(1)
    expect((await finish(words(from, to, "--verify-only"))).out).toMatch(/hold the same: 1 rows/)
  })
})
