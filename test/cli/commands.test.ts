import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { openSmtpInbox } from "../smtp-inbox.ts"
import { BIN, type Command, finish, finishJson, root, run } from "./run-command.ts"

const SECRET = "kX3vT9qLw2ZrB7nYc5HdJ8mPs4Gf6AeU"
const PRODUCTION = {
  HOST: "127.0.0.1",
  PORT: "0",
  PUBLIC_BASE_URL: "https://localhost",
  LINKLATCH_SECRET: SECRET,
  SMTP_URL: "smtp://user:hunter2hunter2@127.0.0.1:1",
  MAIL_FROM: "login@example.com",
}

const eventsOf = (command: Command) =>
  command
    .out()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).event)

describe("linklatch", () => {
  it("shows help with examples", async () => {
    for (const args of ["--help", "dev --help", "serve --help", "migrate --help", "doctor --help"]) {
      const command = run(args)
      expect(await command.ended).toBe(0)
      expect(command.out()).toContain("Examples:")
      expect(command.out()).toContain("--json")
    }
  })

  it("ends quietly when nobody reads on", async () => {
    for (const args of ["--help", "doctor"]) {
      const command = run(args)
      command.child.stdout?.destroy()
      await command.ended
      expect(command.err()).toBe("")
    }
  })

  // Only Linux has a disk that is always full.
  it.runIf(existsSync("/dev/full"))("fails where what it says can't be written, as on a full disk", () => {
    const { status } = spawnSync("sh", ["-c", `exec "$0" "$1" --help > /dev/full`, process.execPath, BIN])
    expect(status).toBe(1)
  })

  it("says its version", async () => {
    const command = run("--version")
    expect(await command.ended).toBe(0)
    expect(command.out()).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it.each([
    ["servr", "Did you mean serve?"],
    ["doctor --send-tst a@example.com", "Did you mean --send-test?"],
    ["dev extra", "too many arguments"],
    ["doctor --send-test nobody", "takes a mail address"],
    ["doctor --x-forwarded-for 192.0.2.1", "goes with --client-address"],
    ["", "Usage: linklatch"],
  ])("refuses `%s` with code 2 and says: %s", async (args, words) => {
    const command = run(args)
    expect(await command.ended).toBe(2)
    expect(command.err()).toContain(words)
  })
})

describe("linklatch serve", () => {
  it("refuses to start with every fault named at once, and code 78 (OPS-1)", async () => {
    const env = {
      PUBLIC_BASE_URL: "http://a.example",
      LINKLATCH_SECRET: "short-secret",
      SIGN_UP: "allowlist",
      PORT: "x",
    }
    const names = ["LINKLATCH_SECRET", "MAIL_FROM", "PORT", "PUBLIC_BASE_URL", "SIGN_UP", "SMTP_URL"]
    const prose = run("serve", { env })
    expect(await prose.ended).toBe(78)
    for (const name of names) expect(prose.err()).toContain(name)
    const { code, error, everything } = await finishJson("serve", { env })
    expect(code).toBe(78)
    expect(error.code).toBe("invalid_configuration")
    expect(error.faults.map(({ variable }: { variable: string }) => variable).sort()).toEqual(names)
    expect(prose.err() + everything).not.toContain("short-secret")
  })

  it("logs JSON, and first where it listens", async () => {
    const command = run("serve", { env: PRODUCTION })
    const first = await command.line(1)
    expect(first).toMatchObject({ event: "listening", host: "127.0.0.1", mode: "production" })
    expect((await fetch(`http://127.0.0.1:${first["port"]}/healthz`)).status).toBe(200)
    command.child.kill("SIGTERM")
    expect(await command.ended).toBe(0)
    expect(eventsOf(command)).toEqual([
      "listening",
      "setting_warning",
      "setting_warning",
      "http_request",
      "stopping",
      "stopped",
    ])
    expect(command.err()).toBe("")
    expect(command.out()).not.toMatch(new RegExp(`${SECRET}|hunter2`))
  })

  it("says what to do about a port that is taken, and ends with code 1", async () => {
    const first = await run("serve", { env: PRODUCTION }).line(1)
    const second = run("serve", { env: { ...PRODUCTION, PORT: String(first["port"]) } })
    expect(await second.ended).toBe(1)
    expect(JSON.parse(second.out())).toMatchObject({
      event: "start_failed",
      problem: expect.stringContaining("set PORT"),
    })
  })
})

describe("linklatch dev", () => {
  it("needs nothing, and says in one screen where everything is", async () => {
    const command = run("dev", { env: { PORT: "0" } })
    await expect.poll(command.out, { timeout: 8_000 }).toContain("Ctrl+C")
    const screen = command.out()
    for (const words of ["/auth/sign-in", "/dev/mailbox", "Set by you", "Development defaults", "Next"])
      expect(screen).toContain(words)
    expect(screen).toContain("LIMIT_ASK_CLIENT, LIMIT_ASK_ADDRESS, LIMIT_REDEEM_CLIENT 100/15m")
    expect(screen).toContain("`npx linklatch doctor`")
    expect(screen.split("\n").length).toBeLessThan(26)
    const url = /http:\/\/localhost:\d+/.exec(screen)?.[0]
    expect((await fetch(`${url}/auth/sign-in`)).status).toBe(200)
    command.child.kill("SIGINT")
    expect(await command.ended).toBe(0)
  })

  it("says it as JSON too", async () => {
    const command = run("dev --json", { env: { PORT: "0" } })
    const first = await command.line(1)
    expect(first).toMatchObject({ status: "listening", mailbox: `${first["baseUrl"]}/dev/mailbox`, warnings: [] })
    expect(await (await fetch(`http://127.0.0.1:${first["port"]}/dev/mailbox.json`)).json()).toEqual([])
  })

  it("doesn't run in production (OPS-2)", async () => {
    const { code, error } = await finishJson("dev", { env: { NODE_ENV: "production" } })
    expect(code).toBe(78)
    expect(error.faults).toMatchObject([{ variable: "NODE_ENV" }])
  })
})

describe("a running server", () => {
  async function startDev(nodeOptions: readonly string[] = []) {
    const command = run("dev --json", { env: { PORT: "0" }, nodeOptions })
    const { port } = await command.line(1)
    return { command, port: Number(port) }
  }

  it("ends at once at the second signal", async () => {
    const { command, port } = await startDev()
    const socket = connect(port, "127.0.0.1")
    // Half a request holds the first stop up for longer than this test may take.
    socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Half: ")
    await fetch(`http://127.0.0.1:${port}/healthz`)
    command.child.kill("SIGTERM")
    await expect.poll(command.out).toContain('"event":"stopping"')
    const at = performance.now()
    command.child.kill("SIGTERM")
    expect(await command.ended).toBe(1)
    expect(performance.now() - at).toBeLessThan(2_000)
    socket.destroy()
  })

  it("goes on after a rejection that nobody handled, and stops in good order after an uncaught exception (OPS-4)", async () => {
    const trouble = `
      process.on("SIGUSR2", () => void Promise.reject(new Error("nobody awaited me")))
      process.on("SIGHUP", () => { throw new Error("nobody caught me") })`
    const { command, port } = await startDev(["--import", `data:text/javascript,${encodeURIComponent(trouble)}`])
    command.child.kill("SIGUSR2")
    await expect.poll(command.out).toContain('"event":"unhandled_rejection"')
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
    command.child.kill("SIGHUP")
    expect(await command.ended).toBe(1)
    expect(eventsOf(command).slice(-3)).toEqual(["uncaught_exception", "stopping", "stopped"])
  })
})

describe("linklatch migrate", () => {
  it("runs what is missing once, with nothing set but the database", async () => {
    const env = { DATABASE_URL: `sqlite:${join(root, "migrate.db")}` }
    const first = await finishJson("migrate", { env })
    expect(first).toMatchObject({ code: 0, told: { status: "migrated" } })
    expect(first.told.migrations.length).toBeGreaterThan(0)
    expect((await finishJson("migrate", { env })).told.migrations).toEqual([])
    const again = run("migrate", { env })
    expect(await again.ended).toBe(0)
    expect(again.out()).toContain("is up to date")
  })

  it("prints what it would run, and makes no file", async () => {
    const path = join(root, "dry-run.db")
    const env = { DATABASE_URL: `sqlite:${path}` }
    const { code, out, err } = await finish("migrate --dry-run", { env })
    expect(code).toBe(0)
    expect(out).toMatch(/^begin exclusive;\n[\s\S]*create table [\s\S]*\ncommit;\n$/)
    expect(err).toContain(`${path}: nothing was run. It lacks 001-sign-in.sql, `)
    expect(existsSync(path)).toBe(false)
    await finish("migrate", { env })
    expect(await finish("migrate --dry-run", { env })).toMatchObject({
      code: 0,
      out: "",
      err: `${path} is up to date.\n`,
    })
    expect((await finishJson("migrate --dry-run", { env })).told).toEqual({
      status: "up_to_date",
      database: path,
      migrations: [],
      sql: "",
    })
  })

  it("tells a database that it can't use", async () => {
    expect((await finishJson("migrate", { env: { DATABASE_URL: "mysql://user:hunter2@db/auth" } })).code).toBe(78)
    expect(await finishJson("migrate", { env: { DATABASE_URL: `sqlite:${root}` } })).toMatchObject({
      code: 1,
      error: { code: "store_unavailable" },
    })
  })
})

describe("linklatch doctor", () => {
  it("is content with development, and makes no database", async () => {
    const { code, told, directory } = await finishJson("doctor --dev")
    expect({ code, status: told.status }).toEqual({ code: 0, status: "healthy" })
    expect(told.settings.find(({ name }: { name: string }) => name === "HOST")).toMatchObject({
      state: "development_default",
    })
    expect(existsSync(join(directory, ".linklatch", "dev.db"))).toBe(false)
  })

  it("shows every setting and every fault, and no secret", async () => {
    const env = { ...PRODUCTION, PORT: "x", SIGN_UP: "no" }
    const { code, told, everything } = await finishJson("doctor", { env })
    const prose = run("doctor", { env })
    expect([code, await prose.ended]).toEqual([78, 78])
    expect(told.faults.map(({ variable }: { variable: string }) => variable).sort()).toEqual(["PORT", "SIGN_UP"])
    expect(told.settings.length).toBeGreaterThan(20)
    expect(prose.out()).toContain("set, not shown")
    expect(everything + prose.out() + prose.err()).not.toMatch(new RegExp(`${SECRET}|hunter2`))
  })

  it("fails where the mail server isn't there", async () => {
    const { code, told, everything } = await finishJson("doctor", { env: PRODUCTION })
    expect({ code, status: told.status }).toEqual({ code: 1, status: "failing" })
    expect(told.checks).toMatchObject([
      { name: "database", status: "ok" },
      { name: "mail", status: "failed" },
      { name: "base_url", status: "ok" },
    ])
    expect(everything).not.toContain("hunter2")
  })

  it("sends a test message without any link", async () => {
    const inbox = await openSmtpInbox()
    const env = { ...PRODUCTION, SMTP_URL: `smtp://127.0.0.1:${inbox.port}`, SITE_NAME: "Example" }
    const { code, told } = await finishJson("doctor --send-test Ada@Example.com", { env })
    await inbox.close()
    expect(code).toBe(0)
    expect(told.checks.at(-1)).toMatchObject({ name: "test_message", status: "ok" })
    expect(inbox.deliveries).toHaveLength(1)
    expect(inbox.deliveries[0]?.email.subject).toBe("Test message of Example")
    expect(inbox.deliveries[0]?.raw).not.toContain("/auth/link")
  })

  it("shows which client the server would see, and why", async () => {
    const proxies = { TRUSTED_PROXIES: "10.0.0.0/8" }
    const explain = async (peer: string, list?: string) => {
      const header = list === undefined ? "" : ` --x-forwarded-for ${list}`
      return (await finishJson(`doctor --dev --client-address ${peer}${header}`, { env: proxies })).told.client
    }
    expect(await explain("10.0.0.1", "203.0.113.7,10.0.0.9")).toMatchObject({
      clientAddress: "203.0.113.7",
      limitSubject: "203.0.113.7",
    })
    expect(await explain("10.0.0.1", "2001:db8:1:2:3:4:5:6")).toMatchObject({ limitSubject: "2001:db8:1:2::/64" })
    expect(await explain("203.0.113.9", "192.0.2.1")).toMatchObject({
      clientAddress: "203.0.113.9",
      because: "The peer is none of TRUSTED_PROXIES, so its X-Forwarded-For isn't believed.",
    })
  })
})
