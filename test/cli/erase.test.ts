import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { systemClock } from "../../src/core/clock.ts"
import { createApp, signIn } from "../app.ts"
import { finish, finishJson, ownFolder, run } from "./run-command.ts"

const SECRET = "a-secret-for-tests-that-is-long-enough"
const PRODUCTION = { PUBLIC_BASE_URL: "https://login.example.com", MAIL_FROM: "login@example.com" }

/** A site on a file, closed, and commands about it. */
async function siteOf(...addresses: readonly string[]) {
  const path = join(ownFolder(), "site.db")
  const open = () => createApp({ path, clock: systemClock, secret: SECRET, audit: { seal: false } })
  const app = open()
  for (const address of addresses) await signIn(app, address)
  await app.close()
  const env = { DATABASE_URL: `sqlite:${path}`, LINKLATCH_SECRET: SECRET }
  return {
    path,
    env,
    journal: `${path}.erasures`,
    signIn: async (address: string) => {
      const again = open()
      await signIn(again, address)
      await again.close()
    },
    json: (args: string, more: Record<string, string> = {}) => finishJson(args, { env: { ...env, ...more } }),
    command: (args: string, more: Record<string, string> = {}) => finish(args, { env: { ...env, ...more } }),
  }
}

const emailsIn = async (site: Awaited<ReturnType<typeof siteOf>>) =>
  (await site.json("users list")).told.users.map(({ email }: { email: string }) => email)

describe("linklatch users erase", () => {
  it("erases a user by address or by id, and says what went", async () => {
    const site = await siteOf("ada@example.com", "bob@example.com", "carol@example.com")
    const { out, code } = await site.command("users erase Ada@example.com --yes")
    expect(code).toBe(0)
    expect(out).toMatch(
      /^ada@example\.com is erased, the user [0-9a-f-]{36}: 1 session ended, 1 request and \d entries of personal data deleted\.\nThe database's files hold no copy of it\.\n$/,
    )
    const { id } = (await site.json("users show bob@example.com")).told.user
    expect((await site.json(`users erase ${id} --yes`)).told).toEqual({
      status: "erased",
      userId: id,
      sessionsEnded: 1,
      requests: 1,
      persons: 3,
      files: { status: "clean", rewritten: false },
    })
    expect(await emailsIn(site)).toEqual(["carol@example.com"])
    const { out: tail } = await site.command("audit tail --type user_erased")
    expect(tail).toMatch(/user_erased .*by=cli\n.*user_erased .*by=cli\n$/)
  })

  it("says that there is nothing about somebody", async () => {
    const site = await siteOf("ada@example.com")
    const { out, code } = await site.command("users erase nobody@example.com --yes")
    expect({ out, code }).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Nothing stood anywhere about nobody@/),
    })
  })

  it.each([
    ["users erase", "Say whom"],
    ["users erase ada@example.com --replay", "name nobody"],
    ["users erase nobody", "neither a mail address nor the id of a user"],
  ])("refuses: linklatch %s", async (args, problem) => {
    const site = await siteOf()
    const { code, error } = await site.json(args)
    expect({ code, message: error.message }).toEqual({ code: 2, message: expect.stringContaining(problem) })
  })

  it("erases nobody unasked where nobody can be asked", async () => {
    const site = await siteOf("ada@example.com")
    const { err, code } = await site.command("users erase ada@example.com")
    expect(code).toBe(1)
    expect(err).toContain("--yes")
    expect((await site.command("users show ada@example.com")).code).toBe(0)
  })

  it("erases nobody without a journal, unless that is wanted", async () => {
    const site = await siteOf("ada@example.com")
    const unwritable = await site.json("users erase ada@example.com --yes", {
      ERASURE_JOURNAL: "/proc/nowhere/journal",
    })
    expect(unwritable).toMatchObject({ code: 1, error: { code: "journal_failed" } })
    expect(unwritable.error.message).toContain("/proc/nowhere/journal can't be")
    const secretless = await site.json("users erase ada@example.com --yes", { LINKLATCH_SECRET: "" })
    expect(secretless.code).toBe(78)
    expect(await emailsIn(site)).toEqual(["ada@example.com"])
    const { code } = await site.json("users erase ada@example.com --no-journal --yes", { LINKLATCH_SECRET: "" })
    expect(code).toBe(0)
    expect(await emailsIn(site)).toEqual([])
    expect(() => readFileSync(site.journal)).toThrow(/ENOENT/)
  })

  it("writes the file anew where that is wanted, and not where it isn't", async () => {
    const site = await siteOf("ada@example.com")
    const { told, code } = await site.json("users erase --rewrite")
    expect({ told, code }).toEqual({
      code: 0,
      told: { status: "nothing", files: { status: "clean", rewritten: true } },
    })
    expect((await site.json("users erase ada@example.com --no-rewrite --yes")).code).toBe(0)
  })
})

describe("a backup that is restored", () => {
  it("brings nobody back whom the journal names, once that is replayed", async () => {
    const site = await siteOf("ada@example.com", "bob@example.com", "carol@example.com")
    const backup = `${site.path}.backup`
    copyFileSync(site.path, backup)
    for (const one of ["ada@example.com", "bob@example.com", "stranger@example.com"])
      await site.json(`users erase ${one} --yes`)
    await site.signIn("bob@example.com")
    copyFileSync(site.path, `${site.path}.late`)
    expect(await examine(site)).toMatchObject({ status: "ok" })

    restore(site.path, backup)
    expect(await emailsIn(site)).toEqual(["ada@example.com", "bob@example.com", "carol@example.com"])
    expect(await examine(site)).toMatchObject({ status: "failed", says: expect.stringContaining("2 of those whom") })
    expect(await firstLines(site)).toContain('"event":"erased_users_are_back"')
    const { told, code } = await site.json("users erase --replay --yes")
    expect({ told, code }).toMatchObject({
      code: 0,
      told: { status: "replayed", entries: 3, people: 2, unreadable: [] },
    })
    expect(await emailsIn(site)).toEqual(["carol@example.com"])
    expect(readFileSync(site.path).includes("ada@example.com")).toBe(false)
    expect(await examine(site)).toMatchObject({ status: "ok" })
    expect((await site.json("users erase --replay --yes")).told).toMatchObject({ people: 0 })

    // Who came back after being erased is somebody new.
    restore(site.path, `${site.path}.late`)
    expect((await site.json("users erase --replay --yes")).told).toMatchObject({ people: 0, requests: 0, persons: 0 })
    expect(await emailsIn(site)).toEqual(["bob@example.com", "carol@example.com"])
  })

  it("is replayed by users alone where the secret was rotated away, and says so", async () => {
    const site = await siteOf("ada@example.com")
    const backup = `${site.path}.backup`
    copyFileSync(site.path, backup)
    await site.json("users erase ada@example.com --yes")
    await site.json("users erase stranger@example.com --yes")
    restore(site.path, backup)
    const other = { LINKLATCH_SECRET: "another-secret-for-tests-that-is-long-enough" }
    const { out, err, code } = await site.command("users erase --replay --yes", other)
    expect(out).toContain("1 person of 2 entries in the journal erased again")
    expect(err).toContain("2 entries came from a secret that isn't listed any more.")
    expect(code).toBe(75)
    const listed = { LINKLATCH_SECRET: `${other.LINKLATCH_SECRET},${SECRET}` }
    expect((await site.json("users erase --replay --yes", listed)).told).toMatchObject({ unknownKeys: 0 })
  })

  it("is replayed past a line that nobody can read, which is told", async () => {
    const site = await siteOf("ada@example.com")
    const backup = `${site.path}.backup`
    copyFileSync(site.path, backup)
    await site.json("users erase ada@example.com --yes")
    writeFileSync(site.journal, `{"v":1,"id":\n${readFileSync(site.journal, "utf8")}`)
    restore(site.path, backup)
    const { told, code } = await site.json("users erase --replay --yes")
    expect({ told, code }).toMatchObject({ code: 75, told: { people: 1, unreadable: [1] } })
    expect(await examine(site)).toMatchObject({
      status: "warning",
      says: expect.stringContaining("Nobody can read line 1"),
    })
  })
})

function restore(path: string, backup: string): void {
  for (const end of ["-wal", "-shm"]) rmSync(path + end, { force: true })
  copyFileSync(backup, path)
}

async function examine({ env }: { readonly env: Record<string, string> }) {
  const { told } = await finishJson("doctor", { env: { ...env, ...PRODUCTION, SMTP_URL: "smtp://127.0.0.1:1" } })
  return told.checks.find(({ name }: { name: string }) => name === "erasures")
}

async function firstLines({ env }: { readonly env: Record<string, string> }): Promise<string> {
  const server = run("serve", {
    env: { ...env, ...PRODUCTION, SMTP_URL: "smtp://127.0.0.1:1", PORT: "0", HOST: "127.0.0.1" },
  })
  onTestFinished(() => void server.child.kill("SIGKILL"))
  await expect.poll(server.out, { timeout: 8_000 }).toContain("erased_users_are_back")
  return server.out()
}
