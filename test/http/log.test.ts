import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { hashBytes } from "../../src/core/tree/encode-hash.ts"
import { decodeBundle } from "../../src/core/tree/entry-bundle.ts"
import { hashLeaf } from "../../src/core/tree/hash.ts"
import { sqlite } from "../../src/sqlite.ts"
import { type App, createApp, signIn } from "../app.ts"
import { untilIdle } from "../attack/until-idle.ts"
import { sealLog } from "../seal-log.ts"

const LOG = "/auth/log"

let app: App

async function bytesOf(path: string): Promise<Buffer> {
  const response = await app.browser().get(path)
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}

beforeAll(async () => {
  app = createApp({ audit: { path: LOG, seal: false } })
  for (let nth = 0; nth < 300; nth += 1) await app.auth.audit.record({ type: "shop.order_placed", detail: { nth } })
  await signIn(app, "ada@example.com")
  await untilIdle(app)
  await sealLog(app)
  // Sealed, and under no checkpoint: it could still become something else.
  await app.auth.audit.record({ type: "shop.order_placed", email: "ada@example.com" })
})

afterAll(() => app.close())

describe("the served log", () => {
  it("shows its newest checkpoint, to be asked for again after a moment", async () => {
    const response = await app.browser().get(`${LOG}/checkpoint`)
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8")
    expect(response.headers.get("cache-control")).toBe("public, max-age=2")
    expect(await response.text()).toBe((await app.store.sealing.latestCheckpoint())?.note)
  })

  it("gives tiles and entries that belong together, to be kept for good", async () => {
    const tile = await app.browser().get(`${LOG}/tile/0/000`)
    expect(tile.headers.get("content-type")).toBe("application/octet-stream")
    expect(tile.headers.get("cache-control")).toBe("public, max-age=31536000, immutable")
    const leaves = decodeBundle(await bytesOf(`${LOG}/tile/entries/000`))
    expect(leaves).toHaveLength(256)
    expect(Buffer.concat((leaves ?? []).map((leaf) => hashBytes(hashLeaf(leaf))))).toEqual(
      Buffer.from(await tile.arrayBuffer()),
    )
  })

  it("gives what isn't full in the width that is asked for, as far as a checkpoint covers it", async () => {
    const { size } = await app.store.sealing.head()
    const width = size - 256
    const whole = await bytesOf(`${LOG}/tile/0/001.p/${width}`)
    expect(whole.byteLength).toBe(width * 32)
    expect(await bytesOf(`${LOG}/tile/0/001.p/5`)).toEqual(whole.subarray(0, 5 * 32))
    expect(decodeBundle(await bytesOf(`${LOG}/tile/entries/001.p/${width}`))).toHaveLength(width)
    expect((await bytesOf(`${LOG}/tile/1/000.p/1`)).byteLength).toBe(32)
    expect((await app.browser().get(`${LOG}/tile/0/001.p/${width + 1}`)).status).toBe(404)
    expect((await app.browser().get(`${LOG}/tile/entries/001.p/${width + 1}`)).status).toBe(404)
  })

  it("holds no mail address and no browser", async () => {
    const { size } = await app.store.sealing.head()
    const entries = String(await bytesOf(`${LOG}/tile/entries/001.p/${size - 256}`))
    expect(entries.includes('"link_requested"')).toBe(true)
    expect(entries.match(/ada@|Mozilla|198\.51/)).toBe(null)
  })

  it.each([
    "tile/0/001",
    "tile/0/002",
    "tile/0/000.p/256",
    "tile/0/000.p/0",
    "tile/0/0",
    "tile/00/000",
    "tile/0/000/",
    "tile/0/x000/000",
    "tile/64/000",
    "tile/-1/000",
    "tile/0/000.p/",
    "tile/entries/000.p/257",
    "tile/0/..%2f000",
    "tile/0/%30%30%30",
    "tile/",
    "tile",
    "",
    "entries/000",
    "tile/0/999999999999999999999",
    "checkpoint/",
    "tile/0/000.p/1/",
  ])("has nothing at %s", async (path) => {
    expect((await app.browser().get(`${LOG}/${path}`)).status).toBe(404)
  })

  it("takes nothing", async () => {
    for (const path of ["checkpoint", "tile/0/000"]) {
      const response = await app.browser().post(`${LOG}/${path}`)
      expect(response.status).toBe(405)
      expect(response.headers.get("allow")).toBe("GET, HEAD")
    }
  })

  it("keeps the tiles of what was pruned, and has no entries of it", async () => {
    await sealLog(app)
    expect(await app.store.sealing.prune({ bundle: 0 })).toBe("pruned")
    expect((await app.browser().get(`${LOG}/tile/entries/000`)).status).toBe(404)
    expect((await bytesOf(`${LOG}/tile/0/000`)).byteLength).toBe(8_192)
  })
})

describe("a log with an event that somebody else wrote", () => {
  it("has no entries where one is longer than a bundle can hold, and all of the tree", async () => {
    const folder = mkdtempSync(join(tmpdir(), "linklatch-log-"))
    const path = join(folder, "auth.db")
    const own = createApp({ store: sqlite(path), audit: { seal: false, path: LOG } })
    await own.store.audit.append({
      ...{ type: "shop.closed", detail: {}, at: own.clock.now(), userId: null, address: null },
      client: { ip: null, userAgent: null },
    })
    const database = new DatabaseSync(path)
    database.exec(`insert into auth_events
      select 2, 'long', at, type, null, '{"a":"' || hex(zeroblob(40000)) || '"}', null, null from auth_events`)
    database.close()
    await sealLog(own)
    expect((await own.browser().get(`${LOG}/tile/entries/000.p/1`)).status).toBe(200)
    expect((await own.browser().get(`${LOG}/tile/entries/000.p/2`)).status).toBe(404)
    expect((await own.browser().get(`${LOG}/tile/0/000.p/2`)).status).toBe(200)
    await own.close()
    rmSync(folder, { recursive: true })
  })
})

describe("a log that isn't served", () => {
  it("isn't there, unless somebody says where", async () => {
    const other = createApp({ audit: { seal: false } })
    await sealLog(other)
    for (const path of ["checkpoint", "tile/0/000", "tile/entries/000.p/1"])
      expect((await other.browser().get(`${LOG}/${path}`)).status).toBe(404)
    await other.close()
  })

  it.each([
    "/log",
    "/auth",
    "/auth/",
    "/auth/log/",
    "auth/log",
    "/auth/link",
    "/auth/api/log",
    "/auth/../x",
    "/auth/Log",
    "/auth/a b",
  ])("can't be served at %s", (path) => {
    expect(() => createApp({ audit: { path } })).toThrow(/audit\.path/)
  })
})
