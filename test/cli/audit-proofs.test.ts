import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { beforeAll, describe, expect, it } from "vitest"
import { writeCheckpoint } from "../../src/core/notes/checkpoint.ts"
import { cosignCheckpoint } from "../../src/core/notes/cosignature.ts"
import { deriveLogKey } from "../../src/core/notes/log-key.ts"
import { addSignatures, signNote } from "../../src/core/notes/sign-note.ts"
import { readNote } from "../../src/core/notes/signed-note.ts"
import { COSIGNATURE, verifierKeyOf, writeVerifierKey } from "../../src/core/notes/verifier-key.ts"
import { EMPTY_ROOT } from "../../src/core/tree/hash.ts"
import { createDraw } from "../tamper/draw.ts"
import { LOG_SECRET, type MadeLog, makeLog, ORIGIN, VKEY } from "../tamper/make-log.ts"
import { finish, finishJson, ownFolder } from "./run-command.ts"

const PLAN = { events: 700, passes: 5, erased: 1, pruned: 0, isLate: false, waiting: 3 }

let log: MadeLog
let checkpoints: string

beforeAll(async () => {
  log = await makeLog(join(ownFolder(), "log.db"), PLAN, createDraw(7))
  checkpoints = join(ownFolder(), "checkpoints")
  writeFileSync(checkpoints, log.outside.map(({ note }) => `\f\n${note}`).join(""))
})

/** A log of its own, which a test may change. */
async function ownLog(seed: number, change?: string): Promise<string> {
  const { path } = await makeLog(join(ownFolder(), "log.db"), PLAN, createDraw(seed))
  if (change !== undefined) {
    const database = new DatabaseSync(path)
    for (const { name } of database.prepare("select name from sqlite_schema where type = 'trigger'").all())
      database.exec(`drop trigger ${name}`)
    database.exec(change)
    database.close()
  }
  return path
}

const envOf = (path: string) => ({
  DATABASE_URL: `sqlite:${path}`,
  LINKLATCH_SECRET: LOG_SECRET,
  PUBLIC_BASE_URL: "https://login.example.com",
})

describe("linklatch audit verify", () => {
  it("proves a log on an auditor's machine, who has a copy and the key", async () => {
    const { code, out } = await finish(["audit", "verify", "--database", `sqlite:${log.path}`, "--key", VKEY])
    expect(code).toBe(0)
    expect(out).toContain("proven. 700 events are as sealed and signed.")
    expect(out).toContain("3 that wait to be sealed: these can still be changed")
    expect(out).toContain("No checkpoint from outside was given.")
  })

  it("proves it against checkpoints from outside, with the server's settings", async () => {
    const { code, told } = await finishJson(["audit", "verify", "--checkpoint", checkpoints], { env: envOf(log.path) })
    expect(code).toBe(0)
    expect(told).toMatchObject({ status: "proven", size: 700, findings: [], first: null, canTellCutTail: true })
    expect(told).toMatchObject({ checkpoints: { outside: log.outside.length, coveredOutside: 700 } })
  })

  it("takes checkpoints and witnesses from the settings, where none are named", async () => {
    const name = "witness.example.org/w1"
    const key = deriveLogKey("the secret of a witness that is made for tests alone")
    const vkey = writeVerifierKey(verifierKeyOf(name, COSIGNATURE, key.publicKey))
    const newest = log.outside.at(-1)?.note ?? ""
    const line = cosignCheckpoint(readNote(newest)?.text ?? "", { name, key, at: 1_790_000_000 })
    const file = join(ownFolder(), "checkpoints")
    writeFileSync(file, `\f\n${addSignatures(newest, [line])}`)
    writeFileSync(`${file}.1`, readFileSync(checkpoints))
    const outlets = { AUDIT_CHECKPOINT_FILE: file, AUDIT_WITNESSES: `${vkey} http://127.0.0.1:1` }
    const env = { ...envOf(log.path), ...outlets }
    const { told } = await finishJson("audit verify", { env })
    expect(told).toMatchObject({
      status: "proven",
      canTellCutTail: true,
      checkpoints: { outside: log.outside.length + 1, newest: { witnesses: [{ name }] } },
    })
    const copy = await finishJson(["audit", "verify", "--database", `sqlite:${log.path}`], { env })
    expect(copy.told).toMatchObject({ checkpoints: { outside: 0 } })
  })

  it("writes nothing, not even beside the file", async () => {
    const path = await ownLog(8)
    const before = readFileSync(path)
    const { code } = await finish(["audit", "verify", "--database", `sqlite:${path}`, "--key", VKEY])
    expect(code).toBe(0)
    expect(readFileSync(path).equals(before)).toBe(true)
    for (const end of ["-wal", "-shm", "-journal"]) expect(existsSync(`${path}${end}`)).toBe(false)
  })

  it("names the first bad event, and ends with a code of its own", async () => {
    const path = await ownLog(9, "update auth_events set user_id = 'eve' where seq in (400, 401)")
    const told = await finish(["audit", "verify", "--database", `sqlite:${path}`, "--key", VKEY])
    expect(told.code).toBe(3)
    expect(told.out).toMatch(
      /NOT PROVEN\. 2 findings.*\n\n {2}event_changed: Event 399 .*position 400.* \([0-9a-f-]{36}\)/,
    )
    const json = await finishJson(["audit", "verify", "--database", `sqlite:${path}`, "--key", VKEY])
    expect(json.told).toMatchObject({ status: "faulty", first: { code: "event_changed", index: 399, position: 400 } })
  })

  it("finds what is missing by checkpoints of a name that the log gave up, unless it is told to leave them out", async () => {
    const key = deriveLogKey(LOG_SECRET)
    const origin = `${ORIGIN}/former`
    const note = signNote(writeCheckpoint({ origin, size: 9_000, root: EMPTY_ROOT }), { name: origin, key })
    const file = join(ownFolder(), "checkpoints")
    writeFileSync(file, `${log.outside.at(-1)?.note}\f\n${note}`)
    const args = ["audit", "verify", "--checkpoint", file]
    const found = await finishJson(args, { env: envOf(log.path) })
    expect(found.told).toMatchObject({ first: { code: "log_cut", missing: 8_300 } })
    expect((await finish([...args, "--former", origin], { env: envOf(log.path) })).code).toBe(0)
  })

  it.each([
    [["--database", "sqlite:nowhere.db", "--key", VKEY], 1, "nowhere.db: There is no such file."],
    [["--database", "elsewhere", "--key", VKEY], 2, "--database names no database."],
    [["--database", "sqlite:nowhere.db", "--key", "x"], 2, "It is no vkey of a log"],
    [["--checkpoint", "nowhere"], 1, "nowhere can't be read"],
  ] as const)("says what keeps it from looking: %s", async (args, code, says) => {
    const told = await finish(["audit", "verify", ...args], { env: envOf(log.path) })
    expect(told.code).toBe(code)
    expect(told.err).toContain(says)
  })

  it("wants a key where neither the settings nor anybody give one", async () => {
    const { code, err } = await finish(["audit", "verify", "--database", `sqlite:${log.path}`])
    expect(code).toBe(2)
    expect(err).toContain("There is no key to check checkpoints with.")
  })

  it("says where the database may be, where there is none", async () => {
    const { code, err } = await finish("audit verify", { env: envOf(join(ownFolder(), "nowhere.db")) })
    expect(code).toBe(1)
    expect(err).toMatch(/There is no database at .*nowhere\.db\. Set DATABASE_URL/)
  })

  it("says that an older database has no log to verify", async () => {
    const path = join(ownFolder(), "old.db")
    const database = new DatabaseSync(path)
    database.exec("create table auth_events (seq integer primary key)")
    database.close()
    const { code, err } = await finish(["audit", "verify", "--database", `sqlite:${path}`, "--key", VKEY])
    expect(code).toBe(1)
    expect(err).toContain("It is of a version that sealed nothing")
  })
})

describe("linklatch audit prove and check-proof", () => {
  it("proves an event by its id, for somebody who has nothing but the key", async () => {
    const id = idAt(log.path, 433)
    const output = join(ownFolder(), "event.tlog-proof")
    const { told } = await finishJson(["audit", "prove", id, "--output", output], { env: envOf(log.path) })
    expect(told).toMatchObject({ status: "proven", index: 432, id, size: 700 })
    expect(readFileSync(output).byteLength).toBeLessThan(4_000)
    const says = await finish(["audit", "check-proof", output, "--key", VKEY])
    expect(says.out).toMatch(/\nhappened +[a-z_.]+, at 20[0-9TZ:.-]+\n/)
    const checked = await finishJson(["audit", "check-proof", output, "--key", VKEY])
    expect(checked.code).toBe(0)
    expect(checked.told).toMatchObject({
      status: "proven",
      index: 432,
      event: { id, v: 1 },
      origin: ORIGIN,
      signedBy: VKEY,
    })
  })

  it("proves an event by its index, to standard output", async () => {
    const { code, out } = await finish(["audit", "prove", "#0", "--database", `sqlite:${log.path}`, "--key", VKEY])
    expect(code).toBe(0)
    expect(out).toMatch(/^c2sp\.org\/tlog-proof@v1\nextra \S+\nindex 0\n/)
  })

  it.each([
    ["an id that isn't there", "019aa5c2-77b2-7e62-8b53-5f0d3f7f9a11", 1, "There is no event"],
    ["an index that isn't there yet", "#700", 1, "There is no event"],
    ["neither", "ada@example.com", 2, "neither the id of an event"],
    ["a number that may be a position", "400", 2, "neither the id of an event"],
  ])("doesn't prove %s", async (_, which, code, says) => {
    const told = await finish(["audit", "prove", which, "--database", `sqlite:${log.path}`, "--key", VKEY])
    expect(told.code).toBe(code)
    expect(told.err).toContain(says)
  })

  it("doesn't prove what isn't what was signed", async () => {
    const path = await ownLog(10, "update auth_events set user_id = 'eve' where seq = 400")
    const { code, err } = await finish(["audit", "prove", "#399", "--database", `sqlite:${path}`, "--key", VKEY])
    expect(code).toBe(3)
    expect(err).toContain("isn't what was signed")
  })

  it.each([
    [
      "of another event",
      (text: string) => text.replace(/^extra .*$/m, `extra ${Buffer.from('{"at":1}').toString("base64")}`),
    ],
    ["at another place", (text: string) => text.replace(/^index 0$/m, "index 1")],
    ["with another size", (text: string) => text.replace(/\n700\n/, "\n699\n")],
    ["without its event", (text: string) => text.replace(/^extra .*\n/m, "")],
    ["that is none", () => "Trust me."],
  ])("refuses a proof %s", async (_, change) => {
    const { out } = await finish(["audit", "prove", "#0", "--database", `sqlite:${log.path}`, "--key", VKEY])
    const path = join(ownFolder(), "changed.tlog-proof")
    writeFileSync(path, change(out))
    const { code, err } = await finish(["audit", "check-proof", path, "--key", VKEY])
    expect(code).toBe(3)
    expect(err).not.toBe("")
  })
})

describe("linklatch audit keys", () => {
  it("prints the log's name, and its key in front of older ones", async () => {
    const env = { ...envOf(log.path), AUDIT_KEY: `another-secret-of-the-log-that-is-long,${LOG_SECRET}` }
    const { told } = await finishJson("audit keys", { env })
    expect(told).toMatchObject({ origin: ORIGIN, current: expect.stringContaining(`${ORIGIN}+`) })
    expect((told as { older: readonly string[] }).older).toContain(VKEY)
  })

  it("prints no secret", async () => {
    const { code, out } = await finish("audit keys", { env: envOf(log.path) })
    expect(code).toBe(0)
    expect(out).toContain(VKEY)
    expect(out).not.toContain(LOG_SECRET)
  })
})

describe("linklatch audit prune", () => {
  it("deletes whole bundles that an outside checkpoint covers, says so in the log, and the rest verifies", async () => {
    const made = await makeLog(join(ownFolder(), "log.db"), PLAN, createDraw(11))
    const file = join(ownFolder(), "checkpoints")
    writeFileSync(file, made.outside.at(-1)?.note ?? "")
    const env = envOf(made.path)
    const pruned = await finishJson(["audit", "prune", "--before", "#600", "--checkpoint", file, "--yes"], { env })
    expect(pruned.told).toEqual({ status: "pruned", events: 512, minIndex: 512 })
    const { code, told } = await finishJson(["audit", "verify", "--checkpoint", file], { env })
    expect(code).toBe(0)
    expect(told).toMatchObject({ status: "proven", size: 700, minIndex: 512, counts: { events: 188 } })
    const proof = await finish(["audit", "prove", "#5"], { env })
    expect(proof.err).toContain("was pruned")
    const again = await finish(["audit", "prune", "--before", "#600", "--checkpoint", file, "--yes"], { env })
    expect(again.code).toBe(1)
    expect(again.err).toContain("Nothing was pruned.")
  })

  it("deletes nothing that no outside checkpoint covers, unless it is told to", async () => {
    const path = await ownLog(12)
    const env = envOf(path)
    const refused = await finish("audit prune --before 2100-01-01 --yes", { env })
    expect(refused.code).toBe(1)
    expect(refused.err).toContain("--no-outside")
    const { told } = await finishJson("audit prune --before 2100-01-01 --no-outside --yes", { env })
    expect(told).toEqual({ status: "pruned", events: 512, minIndex: 512 })
  })

  it("deletes nothing of a log in which something is wrong", async () => {
    const path = await ownLog(13, "update auth_events set user_id = 'eve' where seq = 400")
    const { code, err } = await finish("audit prune --before #256 --no-outside --yes", { env: envOf(path) })
    expect(code).toBe(3)
    expect(err).toContain("Nothing was pruned")
  })

  it("takes a year for no index", async () => {
    const { code, err } = await finish("audit prune --before 2026 --no-outside --yes", { env: envOf(log.path) })
    expect(code).toBe(2)
    expect(err).toContain("2026-01-01")
  })

  it("leaves out checkpoints of a name that the log gave up, where it is told to", async () => {
    const made = await makeLog(join(ownFolder(), "log.db"), PLAN, createDraw(15))
    const former = "former.example.com/auth/log"
    const text = writeCheckpoint({ origin: former, size: 900, root: EMPTY_ROOT })
    const file = join(ownFolder(), "checkpoints")
    const notes = [signNote(text, { name: former, key: deriveLogKey(LOG_SECRET) }), made.outside.at(-1)?.note ?? ""]
    writeFileSync(file, notes.map((note) => `\f\n${note}`).join(""))
    const command = ["audit", "prune", "--before", "#300", "--checkpoint", file, "--yes"]
    const refused = await finish(command, { env: envOf(made.path) })
    expect(refused.code).toBe(3)
    expect(refused.out).toContain("log_cut")
    const { told } = await finishJson([...command, "--former", former], { env: envOf(made.path) })
    expect(told).toEqual({ status: "pruned", events: 256, minIndex: 256 })
  })

  it("keeps what is as old as the day that is named, or younger", async () => {
    const path = await ownLog(14)
    const { code, err } = await finish("audit prune --before 2000-01-01 --no-outside --yes", { env: envOf(path) })
    expect(code).toBe(1)
    expect(err).toContain("Nothing was pruned.")
  })
})

function idAt(path: string, seq: number): string {
  const database = new DatabaseSync(path, { readOnly: true })
  const id = database.prepare("select event_id from auth_events where seq = ?").get(seq)?.["event_id"]
  database.close()
  return String(id)
}
