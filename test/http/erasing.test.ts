import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import type { ErasureEntry, ErasureJournal } from "../../src/index.ts"
import { type App, createApp, signIn } from "../app.ts"

function memoryJournal(): ErasureJournal & { readonly entries: ErasureEntry[] } {
  const entries: ErasureEntry[] = []
  return {
    name: "memory",
    entries,
    append: async (entry) => void entries.push(entry),
    read: async () => ({ entries, unreadable: [] }),
  }
}

function siteWith(options: Parameters<typeof createApp>[0] = {}): App {
  const app = createApp(options)
  onTestFinished(() => app.close())
  return app
}

describe("auth.users.erase", () => {
  it("erases by mail address, however it is written, and by id", async () => {
    const app = siteWith()
    for (const address of ["ada@example.com", "bob@example.com"]) await signIn(app, address)
    const [ada, bob] = [
      await app.auth.users.find({ email: "ada@example.com" }),
      await app.auth.users.find({ email: "bob@example.com" }),
    ]
    expect(await app.auth.users.erase({ email: " Ada@EXAMPLE.com" })).toEqual({
      status: "erased",
      userId: ada?.id,
      sessionsEnded: 1,
      requests: 1,
      persons: 3,
    })
    expect(await app.auth.users.erase({ userId: bob?.id ?? "" })).toMatchObject({ status: "erased", userId: bob?.id })
    expect((await app.auth.users.list()).users).toEqual([])
    expect(await app.auth.users.erase({ userId: bob?.id ?? "" })).toMatchObject({ status: "nothing", userId: null })
    expect(JSON.stringify(await app.events())).not.toMatch(/ada@|bob@/)
  })

  it("says by the application, and tells whoever listens", async () => {
    const app = siteWith()
    const { browser } = await signIn(app, "ada@example.com")
    await app.auth.users.erase({ email: "ada@example.com" })
    expect((await app.events()).at(-1)).toMatchObject({ type: "user_erased", detail: { by: "application" } })
    const told = app.logLines.filter((line) => line.includes('"user_erased"'))
    expect(told.map((line) => JSON.parse(line).type)).toEqual(["session_revoked", "user_erased"])
    expect((await browser.get("/auth/account")).status).toBe(303)
  })

  it("notes whom it erases before it does, under a key of the site's, and nobody's address", async () => {
    const erasureJournal = memoryJournal()
    const app = siteWith({ audit: { erasureJournal } })
    await signIn(app, "ada@example.com")
    const user = await app.auth.users.find({ email: "ada@example.com" })
    const append = erasureJournal.append
    Object.assign(erasureJournal, {
      append: async (entry: ErasureEntry) => {
        expect(await app.auth.users.find({ email: "ada@example.com" })).toEqual(user)
        await append(entry)
      },
    })
    await app.auth.users.erase({ email: "ada@example.com" })
    expect(erasureJournal.entries).toEqual([
      {
        id: expect.any(String),
        at: app.clock.now(),
        by: "application",
        userId: user?.id,
        mark: { key: expect.stringMatching(/^[\w-]{16}$/), hash: expect.stringMatching(/^[\w-]{43}$/) },
      },
    ])
  })

  it("erases nobody whom it can't note", async () => {
    const failing = { ...memoryJournal(), append: () => Promise.reject(new Error("The disk is full.")) }
    const app = siteWith({ audit: { erasureJournal: failing } })
    await signIn(app, "ada@example.com")
    await expect(app.auth.users.erase({ email: "ada@example.com" })).rejects.toThrow("The disk is full.")
    expect(await app.auth.users.find({ email: "ada@example.com" })).not.toBe(null)
  })

  it("finishes what was broken off, though the user is gone already", async () => {
    const erasureJournal = memoryJournal()
    const app = siteWith({ audit: { erasureJournal } })
    await signIn(app, "ada@example.com")
    const { id = "" } = (await app.auth.users.find({ email: "ada@example.com" })) ?? {}
    await app.auth.audit.record({ type: "shop.note", userId: id, client: { ip: "203.0.113.9", userAgent: null } })
    const { walk } = app.store.erasure
    const cut = siteWith({
      store: { ...app.store, erasure: { ...app.store.erasure, walk: brokenOff(walk) } },
      audit: { erasureJournal },
    })
    await expect(cut.auth.users.erase({ email: "ada@example.com" })).rejects.toThrow("killed")
    expect(await app.auth.users.find({ email: "ada@example.com" })).toBe(null)
    expect(JSON.stringify(await app.events())).toContain("203.0.113.9")
    expect(await app.auth.users.erase({ email: "ada@example.com" })).toMatchObject({ status: "erased", persons: 4 })
    expect(JSON.stringify(await app.events())).not.toContain("203.0.113.9")
  })

  it("keeps its journal beside a database file, and asks where with any other", async () => {
    const folder = mkdtempSync(join(tmpdir(), "linklatch-erasing-"))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, "auth.db")
    const app = siteWith({ path })
    await app.auth.users.erase({ email: "ada@example.com" })
    expect(readFileSync(`${path}.erasures`, "utf8")).toMatch(/^\{"v":1,/)
    const { file: _, ...elsewhere } = app.store
    const other = createApp({ store: { ...elsewhere, name: "postgres" }, worker: false })
    await expect(other.auth.users.erase({ email: "ada@example.com" })).rejects.toMatchObject({
      code: "invalid_configuration",
      faults: [{ setting: "audit.erasureJournal" }],
    })
    const without = createApp({
      store: { ...elsewhere, name: "postgres" },
      worker: false,
      audit: { erasureJournal: false },
    })
    expect(await without.auth.users.erase({ email: "ada@example.com" })).toMatchObject({ status: "nothing" })
  })

  it("writes no journal for a database in memory", async () => {
    await siteWith().auth.users.erase({ email: "ada@example.com" })
    expect(existsSync(":memory:.erasures")).toBe(false)
  })

  it.each(["", "ada", "ada@", "@example.com"])("refuses what is no mail address: %j", async (email) => {
    await expect(siteWith().auth.users.erase({ email })).rejects.toMatchObject({ code: "invalid_argument" })
  })
})

/** Ends as a killed process does: after the decision, with all personal data beside the log still there. */
function brokenOff(walk: App["store"]["erasure"]["walk"]): App["store"]["erasure"]["walk"] {
  let isDecided = false
  return async (args) => {
    if (isDecided) throw new Error("killed")
    const stretch = await walk({ ...args, people: [] })
    isDecided = stretch.isEnd
    return stretch
  }
}
