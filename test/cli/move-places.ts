import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { expect, onTestFinished } from "vitest"
import { askPostgres } from "../../scripts/services/ask-postgres.ts"
import { createTestDatabase } from "../../scripts/services/test-database.ts"
import { nobody } from "../../src/core/audit/event.ts"
import { postgres } from "../../src/postgres.ts"
import { sqlite } from "../../src/sqlite.ts"
import { postgresUrl } from "../postgres.ts"
import type { OpenStore } from "./moved-site.ts"
import { finish, ownFolder } from "./run-command.ts"

/** A database that can be moved from or to. */
export interface Place {
  readonly url: string
  readonly appUrl: string
  readonly appRole: string
  readonly open: OpenStore
  /** One statement behind the store's back. */
  run(sql: string): Promise<unknown>
}

const MOVE_PROCESS = fileURLToPath(new URL("move-process.ts", import.meta.url))
export const ROUTES = [
  ["sqlite", "postgres"],
  ["postgres", "sqlite"],
] as const

export function ownFile(): Place {
  const path = join(ownFolder(), "auth.db")
  const run = async (sql: string) => {
    const database = new DatabaseSync(path)
    database.exec(sql)
    database.close()
  }
  return { url: `sqlite:${path}`, appUrl: "", appRole: "", open: () => sqlite(path), run }
}

export async function place(engine: string): Promise<Place> {
  if (engine === "sqlite") return ownFile()
  const { ownerUrl: url, drop, ...app } = await createTestDatabase(postgresUrl())
  onTestFinished(drop)
  const run = (sql: string) => askPostgres(url, `set search_path = linklatch; ${sql}`)
  return { url, ...app, open: () => postgres(url), run }
}

export const places = (engines: readonly string[]) => Promise.all(engines.map(place)) as Promise<[Place, ...Place[]]>

export function words(from: Pick<Place, "url">, to: Pick<Place, "url">, ...more: string[]): string[] {
  return ["move", "--from", from.url, "--to", to.url, ...more]
}

export async function expectMoved(from: Pick<Place, "url">, to: Pick<Place, "url">) {
  const { code, out, err } = await finish(words(from, to, "--json"))
  expect({ code, err }).toEqual({ code: 0, err: "" })
  const told = JSON.parse(out.trim().split("\n").at(-1) ?? "")
  expect(told).toMatchObject({ status: "moved", numbers: [] })
  return told
}

/** The error of a command that fails, its exit code, and all that it printed. */
export async function expectRefused(args: string[], env: Record<string, string> = {}) {
  const { code, out, err } = await finish([...args, "--json"], { env })
  return { exitCode: code, ...JSON.parse(err).error, everything: out + err }
}

export async function expectKilled(from: Place, to: Place, point: string): Promise<void> {
  const child = spawn(process.execPath, [MOVE_PROCESS, from.url, to.url, ...point.split(" ")], { stdio: "inherit" })
  const [, signal] = await once(child, "close")
  expect({ point, signal }).toEqual({ point, signal: "SIGKILL" })
}

export async function migrate({ url }: Place): Promise<void> {
  expect((await finish("migrate", { env: { DATABASE_URL: url } })).code).toBe(0)
}

export async function makeEvent(open: OpenStore): Promise<void> {
  const store = open()
  await store.audit.append({ type: "shop.made", detail: {}, at: 1, userId: null, address: null, client: nobody })
  await store.close()
}
