import { existsSync } from "node:fs"
import { userInfo } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, it } from "vitest"
import { systemClock } from "../../src/core/clock.ts"
import { type App, createApp, signIn } from "../app.ts"
import { type Finished, finish, finishJson, ownFolder, run } from "./run-command.ts"

/** A site with people in it, on a file that commands can open too. */
async function siteOf(...addresses: readonly string[]) {
  const path = join(ownFolder(), "site.db")
  const app = createApp({ path, clock: systemClock })
  for (const address of addresses) await signIn(app, address)
  const env = { DATABASE_URL: `sqlite:${path}`, ADMIN_EMAILS: "ada@example.com" }
  return {
    app,
    path,
    env,
    command: (args: string) => finish(args, { env }),
    json: (args: string) => finishJson(args, { env }),
  }
}

async function idOf(app: App, email: string): Promise<string> {
  return (await app.auth.users.find({ email }))?.id ?? ""
}

const linesOf = ({ out }: Pick<Finished, "out">) => out.trimEnd().split("\n")
const emailsIn = (told: { users: readonly { email: string }[] }) => told.users.map(({ email }) => email)

describe("linklatch users list", () => {
  it("lists users by address, page after page, and says how to go on", async () => {
    const { app, command, json } = await siteOf("carol@example.com", "ada@example.com", "bob@example.com")
    const first = await command("users list --limit 2")
    expect(first.code).toBe(0)
    expect(linesOf(first)).toHaveLength(3)
    expect(first.out).toMatch(/^SINCE \(UTC\) +STATE +ID +ADDRESS\n.* active .*ada@example\.com\n.*bob@example\.com\n$/)
    expect(first.err).toContain("linklatch users list --limit 2 --after bob@example.com")
    const next = await json("users list --limit 2 --after bob@example.com")
    expect(emailsIn(next.told)).toEqual(["carol@example.com"])
    expect(next.told).toEqual({
      users: [
        {
          id: await idOf(app, "carol@example.com"),
          email: "carol@example.com",
          displayName: "Carol",
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          disabledAt: null,
        },
      ],
      next: null,
    })
    await app.close()
  })

  it("finds by the beginning of the address, and the disabled ones", async () => {
    const { app, command, json } = await siteOf("ada@example.com", "adam@example.com", "bob@example.com")
    await app.auth.users.disable(await idOf(app, "adam@example.com"))
    expect(emailsIn((await json("users list --search ADA")).told)).toEqual(["ada@example.com", "adam@example.com"])
    expect(emailsIn((await json("users list --disabled")).told)).toEqual(["adam@example.com"])
    expect((await command("users list --disabled --search bo")).err).toContain("No user is disabled and has")
    expect((await json("users list --search nobody")).told).toEqual({ users: [], next: null })
    await app.close()
  })

  it("prints every one as one document, however many pages that takes", async () => {
    const { app, path, json } = await siteOf()
    // As many as three pages, straight into the table: signing them in one by one would take too long.
    const database = new DatabaseSync(path)
    const insert = database.prepare(
      "insert into users (user_id, address, display_name, created_at) values (?, ?, '', 0)",
    )
    for (let index = 0; index < 1_201; index++)
      insert.run(`id-${index}`, `user${String(index).padStart(5, "0")}@example.com`)
    database.close()
    const all = await json("users list --all")
    expect(all.told.users).toHaveLength(1_201)
    expect(new Set(emailsIn(all.told)).size).toBe(1_201)
    expect(all.told.next).toBe(null)
    expect((await json("users list --limit 700")).told).toMatchObject({ next: "user00699@example.com" })
    await app.close()
  })
})

describe("linklatch users show", () => {
  it("shows state, ways in, live sessions and whether somebody is an administrator", async () => {
    const { app, command, json } = await siteOf("ada@example.com", "ada@example.com", "bob@example.com")
    const prose = await command("users show Ada@Example.com")
    expect(prose.code).toBe(0)
    for (const words of ["ada@example.com", "active", "Admin   yes", "magic_link    2 times", "2 live sessions"])
      expect(prose.out).toContain(words)
    const { told } = await json(`users show ${await idOf(app, "bob@example.com")}`)
    expect(told).toMatchObject({
      user: { email: "bob@example.com", disabledAt: null },
      isAdmin: false,
      providers: [{ provider: "magic_link", uses: 1 }],
      sessions: [{ email: "bob@example.com", device: "Firefox on Windows", provider: "magic_link" }],
    })
    await app.close()
  })

  it("doesn't say that somebody is no administrator where the list isn't known", async () => {
    const { app, env } = await siteOf("ada@example.com")
    const { told } = await finishJson("users show ada@example.com", { env: { DATABASE_URL: env.DATABASE_URL } })
    expect(told.isAdmin).toBe(null)
    await app.close()
  })

  it("says plainly that there is nobody, with code 1", async () => {
    const { app, command, json } = await siteOf()
    const whoms = ["eve@example.com", "019b8d63-68c8-7163-8908-a82456a726c4"]
    const ways = ["users show", "users disable", "sessions list --user"]
    const tries = whoms.flatMap((whom) => ways.map(async (way) => ({ whom, ...(await command(`${way} ${whom}`)) })))
    for (const { whom, code, out, err } of await Promise.all(tries)) {
      expect([code, out], whom).toEqual([1, ""])
      expect(err).toContain(`There is no user with the ${whom.includes("@") ? "address" : "id"} ${whom}.`)
    }
    expect((await json("users show eve@example.com")).error).toMatchObject({ code: "unknown_user" })
    const malformed = await json("users show eve")
    expect([malformed.code, malformed.error.code]).toEqual([2, "usage"])
    await app.close()
  })
})

describe("linklatch users disable and enable", () => {
  it("end every session at once, say how many, and let in again", async () => {
    const { app, command, json } = await siteOf("eve@example.com", "eve@example.com")
    const { browser } = await signIn(app, "eve@example.com")
    expect((await browser.get("/auth/account")).status).toBe(200)
    const disabled = await command("users disable eve@example.com")
    expect([disabled.code, disabled.out]).toEqual([0, expect.stringContaining("is disabled. 3 sessions ended")])
    expect((await browser.get("/auth/account")).status).toBe(303)
    expect((await json("users disable eve@example.com")).told).toMatchObject({ status: "unchanged", sessionsEnded: 0 })
    expect((await json("users enable eve@example.com")).told).toMatchObject({
      status: "changed",
      user: { disabledAt: null },
    })
    expect((await signIn(app, "eve@example.com", browser)).response.status).toBe(303)
    expect((await browser.get("/auth/account")).status).toBe(200)
    await app.close()
  })

  it("write to the log that a command did it, and which user of this machine ran it", async () => {
    const { app, command } = await siteOf("eve@example.com")
    await command("users disable eve@example.com --yes")
    await command("users enable eve@example.com --yes")
    const events = (await app.events()).filter(({ detail }) => "by" in detail && detail.by === "cli")
    expect(events.map(({ type, detail }) => [type, detail])).toMatchObject([
      ["user_disabled", { by: "cli" }],
      ["session_revoked", { by: "cli", reason: "user_disabled" }],
      ["user_enabled", { by: "cli" }],
    ])
    const { username } = userInfo()
    for (const { person } of events) {
      expect(person).toMatchObject({ address: "eve@example.com", ip: null })
      expect(person?.userAgent).toMatch(new RegExp(`^linklatch/[\\d.]+ \\(users (dis|en)able; ${username}\\)$`))
    }
    await app.close()
  })
})

describe("linklatch sessions", () => {
  it("lists everybody's live sessions, newest first, or one user's", async () => {
    const { app, command, json } = await siteOf("ada@example.com", "bob@example.com", "ada@example.com")
    const { told } = await json("sessions list")
    expect(told.more).toBe(false)
    expect(told.sessions.map(({ email }: { email: string }) => email)).toEqual([
      ...["ada@example.com", "bob@example.com", "ada@example.com"],
    ])
    expect((await json("sessions list --limit 2")).told).toMatchObject({ more: true })
    expect((await json("sessions list --user bob@example.com")).told.sessions).toHaveLength(1)
    const prose = await command("sessions list --limit 1")
    expect(linesOf(prose)).toHaveLength(2)
    expect(prose.err).toContain("There are more")
    await app.close()
  })

  it("ends sessions by their ids, and says which it doesn't know", async () => {
    const { app, command, json } = await siteOf("ada@example.com", "bob@example.com")
    const [bob, ada] = (await json("sessions list")).told.sessions.map(({ id }: { id: string }) => id)
    const revoked = await json(`sessions revoke ${bob} 019b8d63-68c8-7163-8908-a82456a726c4`)
    expect(revoked).toMatchObject({
      code: 1,
      told: { revoked: 1, sessions: [{ id: bob, email: "bob@example.com" }] },
      error: { code: "unknown_session", ids: ["019b8d63-68c8-7163-8908-a82456a726c4"] },
    })
    expect((await command(`sessions revoke ${bob}`)).code).toBe(1)
    expect((await command(`sessions revoke ${ada} --user bob@example.com`)).err).toContain("of bob@example.com")
    const left = (await json("sessions list")).told.sessions
    expect(left.map(({ id }: { id: string }) => id)).toEqual([ada])
    expect((await app.events()).at(-1)).toMatchObject({
      type: "session_revoked",
      detail: { sessionId: bob, reason: "ended_by_admin", by: "cli" },
    })
    await app.close()
  })

  it("ends all of a user's, and links that are out", async () => {
    const { app, command } = await siteOf("ada@example.com", "bob@example.com", "ada@example.com")
    const waiting = app.browser()
    await waiting.post("/auth/sign-in", { email: "ada@example.com" })
    const message = await app.mailbox.next("ada@example.com")
    const { code, out } = await command("sessions revoke --user ada@example.com --all")
    expect([code, out]).toEqual([0, expect.stringContaining("2 sessions of ada@example.com ended")])
    expect((await waiting.press(message)).status).not.toBe(303)
    expect(await app.auth.sessions.list(await idOf(app, "bob@example.com"))).toHaveLength(1)
    await app.close()
  })

  it.each([
    ["sessions revoke", "Give the ids"],
    ["sessions revoke --all", "--all goes with --user"],
    ["sessions revoke --user ada@example.com", "Add --all"],
    ["sessions revoke 019b8d63 --user ada@example.com --all", "not both"],
  ])("refuses `%s` with code 2 and says: %s", async (args, words) => {
    const { code, err } = await finish(args)
    expect([code, err]).toEqual([2, expect.stringContaining(words)])
  })
})

describe("linklatch audit tail", () => {
  it("prints the newest events, oldest first, one line each, with masked addresses", async () => {
    const { app, command, json } = await siteOf("ada@example.com")
    const tail = await command("audit tail")
    expect(tail.code).toBe(0)
    const types = linesOf(tail).map((line) => line.split(/ +/)[1])
    expect(types).toEqual((await app.events()).map(({ type }) => type))
    expect(tail.out).toContain("a…@example.com")
    expect(tail.out).not.toContain("ada@example.com")
    expect((await command("audit tail -n 1 --show-emails")).out).toContain("ada@example.com")
    expect(linesOf(await command("audit tail -n 2"))).toHaveLength(2)
    const [line] = linesOf({ out: (await command("audit tail -n 1 --json")).out })
    const event = (await app.events()).at(-1)
    expect(JSON.parse(line ?? "")).toEqual({
      seq: event?.seq,
      id: event?.id,
      at: new Date(event?.at ?? 0).toISOString(),
      type: "session_created",
      userId: event?.userId,
      email: "a…@example.com",
      ip: event?.person?.ip,
      userAgent: event?.person?.userAgent,
      detail: event?.detail,
    })
    expect((await json("audit tail -n 1 --show-emails")).told.email).toBe("ada@example.com")
    await app.close()
  })

  it("keeps to a type and to a person, who needs no user yet", async () => {
    const { app, command } = await siteOf("ada@example.com", "bob@example.com")
    await app.browser().post("/auth/sign-in", { email: "carol@example.com" })
    await app.auth.audit.record({ type: "shop.order_placed", email: "bob@example.com" })
    const types = async (args: string) => linesOf(await command(args)).map((line) => line.split(/ +/)[1])
    expect(await types("audit tail --type user_created")).toEqual(["user_created", "user_created"])
    expect(await types("audit tail --type shop.order_placed --user bob@example.com")).toEqual(["shop.order_placed"])
    expect((await types("audit tail --user carol@example.com"))[0]).toBe("link_requested")
    expect((await command(`audit tail --user ${await idOf(app, "bob@example.com")} --show-emails`)).out).not.toContain(
      "ada@",
    )
    expect(await command("audit tail --user nobody@example.com")).toMatchObject({ code: 1, out: "" })
    expect(await command("audit tail --type user_banned")).toMatchObject({ code: 2, out: "" })
    await app.close()
  })

  it("follows what other processes write, and stops cleanly at Ctrl-C", async () => {
    const { app, env } = await siteOf("ada@example.com")
    const command = run("audit tail -n 0 --follow --json --type session_created", { env })
    // Nothing tells when it has begun to follow: a sign-in for each look, until one is told.
    let looks = 0
    const look = async () => {
      await signIn(app, `bob${looks++}@example.com`)
      return command.out()
    }
    await expect.poll(look, { timeout: 20_000, interval: 700 }).toContain("session_created")
    command.child.kill("SIGINT")
    expect(await command.ended).toBe(0)
    expect(command.err()).toBe("")
    const told = command
      .out()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
    expect(new Set(told.map(({ type }) => type))).toEqual(new Set(["session_created"]))
    expect(new Set(told.map(({ seq }) => seq)).size).toBe(told.length)
    await app.close()
  })

  it("stops quietly when nobody reads on", async () => {
    const { app, env } = await siteOf("ada@example.com", "bob@example.com")
    const command = run("audit tail -n 100 --follow", { env })
    await expect.poll(command.out, { timeout: 8_000 }).toContain("session_created")
    command.child.stdout?.destroy()
    await signIn(app, "carol@example.com")
    expect(await command.ended).toBe(0)
    expect(command.err()).toBe("")
    await app.close()
  })

  it("shows a terminal nothing that it would obey", async () => {
    const { app, command } = await siteOf()
    await app.auth.audit.record({ type: "shop.note", detail: { text: "\u001b[2Jgone\nforged line" } })
    const { out } = await command("audit tail")
    expect(linesOf({ out })).toHaveLength(1)
    expect(out).toContain("\\u001b[2Jgone\\nforged line")
    await app.close()
  })
})

describe("a command that looks for the database", () => {
  it("makes none, and says where there is one", async () => {
    const directory = ownFolder()
    const { code, error } = await finishJson("users list", { directory })
    expect([code, error]).toMatchObject([1, { code: "no_database", database: "linklatch.db" }])
    expect(existsSync(join(directory, "linklatch.db"))).toBe(false)
    const dev = await finishJson("users list --dev", { directory })
    expect(dev.error).toMatchObject({ code: "no_database", database: ".linklatch/dev.db" })
    expect(existsSync(join(directory, ".linklatch"))).toBe(false)
    await finish("migrate --dev", { directory })
    expect((await finish("users list", { directory })).err).toContain("add --dev")
    expect((await finishJson("users list --dev", { directory })).told).toEqual({ users: [], next: null })
  })

  it("is content with its own setting, and refuses one that is wrong with code 78", async () => {
    const { error, code } = await finishJson("users list", {
      env: { DATABASE_URL: "mysql://user:hunter2@db/x", PORT: "no" },
    })
    expect(code).toBe(78)
    expect(error.faults.map(({ variable }: { variable: string }) => variable)).toEqual(["DATABASE_URL"])
  })
})
