import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { signValue } from "../../src/http/signed-value.ts"
import type { MailMessage, MailTransport } from "../../src/index.ts"
import { type App, createApp, tokenOf } from "../app.ts"
import type { Browser } from "../browser.ts"
import { startsSession } from "./answers.ts"
import { dumpTables } from "./dump-tables.ts"
import { findCodes, findSecrets, secretFinder } from "./find-secrets.ts"
import { ownApp, ownFile } from "./own-app.ts"
import { transportThat } from "./transport-that.ts"

const ASKS = 300
const FLOW = "__Host-linklatch_flow"
const SESSION = "__Host-linklatch_session"
const SECRET = "a-secret-for-tests-that-is-long-enough"
const OTHER_SECRET = "another-secret-that-the-thief-made-up"

/** What went to browsers and mailboxes, and what the disk held then. */
interface Loot {
  readonly secrets: ReadonlySet<string>
  readonly codes: ReadonlySet<string>
  /** The file, its journal and its index while the site ran, and the file after it had closed. */
  readonly disk: Readonly<Record<string, Buffer>>
  /** A copy of all of it, as a thief or a backup has it. */
  readonly copyPath: string
  readonly people: readonly Person[]
  readonly sessions: number
}

interface Person {
  readonly email: string
  readonly browser: Browser
  readonly message: MailMessage
}

let loot: Loot
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "linklatch-thief-"))
  loot = await takeLoot(join(folder, "auth.db"))
})
afterAll(() => rm(folder, { recursive: true }))

describe("the disk of a site that was asked 300 times", () => {
  it("TOK-2 SES-1 P3 holds no token, flow, session token or cookie in any spelling", () => {
    const { secrets, disk, sessions } = loot
    expect(sessions).toBe(200)
    expect(secrets.size).toBeGreaterThan(ASKS * 2 + sessions * 3)
    const find = secretFinder(secrets)
    for (const [name, bytes] of Object.entries(disk)) expect(find(bytes), name).toEqual([])
  })

  it("TOK-2 TOK-7 P3 holds no code in any spelling", () => {
    const { codes, disk } = loot
    expect(codes.size).toBeGreaterThan(ASKS - 5)
    for (const [name, bytes] of Object.entries(disk)) expect(findCodes(bytes, codes), name).toEqual([])
  })

  it("P3 holds what it must, and the search finds it", () => {
    const { disk, copyPath, people } = loot
    const journal = Buffer.concat([disk["auth.db"] ?? Buffer.alloc(0), disk["auth.db-wal"] ?? Buffer.alloc(0)])
    const hashes = dumpTables(copyPath)["magic_link_tokens"]?.map(({ token_hash }) => String(token_hash)) ?? []
    expect(hashes.length).toBeGreaterThanOrEqual(ASKS)
    expect(findSecrets(journal, hashes)).toHaveLength(hashes.length)
    expect(
      findSecrets(
        journal,
        people.map(({ email }) => email),
      ),
    ).toHaveLength(ASKS)
    for (const spelling of ["base64", "hex"] as const) {
      const planted = Buffer.concat([
        journal.subarray(0, 5_000),
        Buffer.from(Buffer.from("T0k3n-canary_of-a-thief").toString(spelling)),
      ])
      expect(findSecrets(planted, ["T0k3n-canary_of-a-thief"])).toEqual(["T0k3n-canary_of-a-thief"])
    }
    const code = Buffer.from("user 1 019b8d2c-4f00-7abc-8def-123456789012:735194[1767603600000]")
    expect(findCodes(code, ["735194", "123456", "603600"])).toEqual(["735194"])
  })
})

describe("a thief with a copy of the database", () => {
  it("TOK-2 SES-1 P3 who runs a site on it with a secret of their own gets in with nothing that is in it", async () => {
    const { copyPath } = loot
    const app = await thiefsSite(copyPath, OTHER_SECRET)
    const values = valuesIn(copyPath)
    expect(values.size).toBeGreaterThan(ASKS * 10)
    expect(await openedWith(app, values, OTHER_SECRET)).toEqual([])
  })

  it("TOK-2 P3 gets in at the site itself with nothing in it that has the shape of a secret", async () => {
    const { copyPath } = loot
    const values = [...valuesIn(copyPath)].filter(([value]) => /^(?:[A-Za-z0-9_-]{43}|[0-9]{6})$/.test(value))
    expect(values.length).toBeGreaterThan(ASKS * 5)
    expect(await openedWith(await thiefsSite(copyPath, SECRET), values, OTHER_SECRET)).toEqual([])
  })

  it("TOK-7 P3 can't try codes against the hashes without the site's secret", async () => {
    const { copyPath, people } = loot
    const unfinished = people.filter((_, index) => index % 3 === 2).slice(0, 20)
    const answersOf = async (secret: string) => {
      const app = await thiefsSite(copyPath, secret)
      const guess = ({ browser, message }: Person) =>
        withCookie(app, FLOW, browser.cookies.get(FLOW) ?? "").post("/auth/code", { code: message.code })
      return Promise.all(unfinished.map(async (person) => startsSession(await guess(person))))
    }
    // Even the right code in the right browser: a hash that any site could make, any thief could guess against.
    expect(new Set(await answersOf(OTHER_SECRET))).toEqual(new Set([false]))
    expect(new Set(await answersOf(SECRET)), "the same, where the secret is known").toEqual(new Set([true]))
  })
})

/** Three hundred people ask; a third uses the link, a third the code, and a third has done nothing yet. */
async function takeLoot(path: string): Promise<Loot> {
  const sent: MailMessage[] = []
  const app = createApp({ path, mail: recordingTransport(sent) })
  const people = await askAll(app, sent)
  const secrets = new Set<string>()
  let sessions = 0
  const keep = (values: Iterable<string>) => {
    for (const value of values) for (const part of [value, ...value.split(".")]) secrets.add(part)
  }
  const useMail = async ({ browser, message }: Person, index: number) => {
    keep(browser.cookies.values())
    if (index % 3 === 2) return
    const response = await (index % 3 === 0
      ? browser.press(message)
      : browser.post("/auth/code", { code: message.code }))
    if (startsSession(response)) sessions += 1
    keep(browser.cookies.values())
    if (index % 30 === 0) await browser.post("/auth/sign-out")
  }
  await Promise.all(people.map(useMail))
  keep(sent.map(tokenOf))
  const disk = await readDisk(path)
  const copyPath = await copyOf(path)
  await app.close()
  const codes = new Set(sent.map(({ code }) => code))
  return {
    secrets,
    codes,
    sessions,
    people,
    copyPath,
    disk: { ...disk, "auth.db after closing": await readFile(path) },
  }
}

/** Keeps every message, also those that it says it couldn't send: each tenth, at first. */
function recordingTransport(sent: MailMessage[]): MailTransport {
  return transportThat(async (message) => {
    sent.push(message)
    return sent.length % 10 === 0 ? { status: "failed", isPermanent: false, reason: "smtp_450" } : { status: "sent" }
  })
}

async function askAll(app: App, sent: MailMessage[]): Promise<Person[]> {
  const asking = Array.from({ length: ASKS }, async (_, index) => {
    const email = `person-${index}@example.com`
    const browser = app.browser()
    await browser.post("/auth/sign-in", { email, next: "/admin" })
    return { email, browser }
  })
  const asked = await Promise.all(asking)
  while (sent.length < ASKS) await new Promise(setImmediate)
  return asked.map(({ email, browser }) => {
    const message = sent.find(({ to }) => to === email)
    if (message === undefined) throw new Error(`Nothing was sent to ${email}.`)
    return { email, browser, message }
  })
}

async function readDisk(path: string): Promise<Record<string, Buffer>> {
  const names = ["", "-wal", "-shm"]
  return Object.fromEntries(
    await Promise.all(names.map(async (end) => [`auth.db${end}`, await readFile(`${path}${end}`)])),
  )
}

async function copyOf(path: string): Promise<string> {
  const copyPath = path.replace("auth.db", "copy.db")
  await copyFile(path, copyPath)
  await copyFile(`${path}-wal`, `${copyPath}-wal`)
  return copyPath
}

/** A site over a copy of the copy, at the time of the theft, without limits worth the name. */
async function thiefsSite(copyPath: string, secret: string): Promise<App> {
  const path = await ownFile()
  await copyFile(copyPath, path)
  await copyFile(`${copyPath}-wal`, `${path}-wal`)
  return ownApp({ path, secret, worker: false, limits: { redeemClient: { max: 1_000, minutes: 1 } } })
}

/** Each text in each column of each table, and what it is made of, with the match number of its row's request. */
function valuesIn(path: string): Map<string, string> {
  const tables = dumpTables(path)
  const matches = new Map(tables["sign_in_requests"]?.map((row) => [row["request_id"], String(row["match_number"])]))
  const values = new Map<string, string>()
  for (const row of Object.values(tables).flat()) {
    const match = matches.get(row["request_id"] ?? null) ?? "42"
    for (const value of Object.values(row).flatMap(textsIn)) values.set(value, match)
  }
  return values
}

function textsIn(value: unknown): string[] {
  if (value instanceof Uint8Array) return [Buffer.from(value).toString("base64url"), Buffer.from(value).toString("hex")]
  const text = String(value ?? "")
  const inside = text.startsWith("{") ? Object.values(JSON.parse(text) as object).flatMap(textsIn) : text.split(/[.,]/)
  return [text, ...inside]
}

/** Tries each value as everything that signs somebody in, and returns those that did. */
async function openedWith(app: App, values: Iterable<[string, string]>, ownSecret: string): Promise<string[]> {
  const opens = async (value: string, match: string): Promise<boolean> => {
    const cookieValue = encodeURIComponent(value)
    const signed = signValue(cookieValue, "linklatch session", [ownSecret])
    const answers = await Promise.all([
      app.browser().post("/auth/link", { token: value, match }),
      withCookie(app, FLOW, cookieValue).post("/auth/code", { code: value }),
      withCookie(app, SESSION, cookieValue).get("/auth/account"),
      // Whoever has a secret of their own can sign: then the hash in the table must be no session.
      withCookie(app, SESSION, signed).get("/auth/account"),
    ])
    return answers.slice(0, 2).some(startsSession) || answers.slice(2).some(({ status }) => status !== 303)
  }
  const tried = await Promise.all(
    Array.from(values, async ([value, match]) => ((await opens(value, match)) ? [value] : [])),
  )
  return tried.flat()
}

function withCookie(app: App, name: string, value: string): Browser {
  const browser = app.browser()
  browser.cookies.set(name, value)
  return browser
}
