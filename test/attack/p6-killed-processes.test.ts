import { readFile } from "node:fs/promises"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as pause } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { MINUTE, SECOND } from "../../src/core/clock.ts"
import { hashToken, parseToken } from "../../src/core/links/token.ts"
import { createSeededRandom } from "../../src/testing.ts"
import { type Child, startChild } from "./child-process.ts"
import type { Delivered, Errand } from "./doomed-site.ts"
import { dumpTables } from "./dump-tables.ts"
import { ownApp, ownFile } from "./own-app.ts"
import { reconcile } from "./reconcile.ts"

const LIFE = 10 * MINUTE
const LEASE = 30 * SECOND

describe("processes on one outbox", () => {
  it("P6 send each of two hundred mails once", async () => {
    const path = await ownFile()
    const app = ownApp({
      path,
      worker: false,
      clock: { now: Date.now },
      limits: { askClient: { max: 1_000, minutes: 15 } },
    })
    const people = Array.from({ length: 200 }, (_, index) => `person-${index}@example.com`)
    await Promise.all(people.map((email) => app.browser().post("/auth/sign-in", { email })))
    const errand = errandOn(path, { asks: 0, isShaky: false })
    const children = await Promise.all([start({ ...errand, label: "one" }), start({ ...errand, label: "two" })])
    await Promise.all(children.map((child) => child.untilSaid("idle")))
    expect(await Promise.all(children.map((child) => child.stop()))).toEqual([0, 0])
    const sentTo = dumpTables(path)["outbox"]?.filter(({ state }) => state === "sent").length
    const delivered = await linesOf<Delivered>(errand.mailFile)
    expect([sentTo, delivered.length]).toEqual([people.length, people.length])
    expect(new Set(delivered.map(({ to }) => to)).size).toBe(people.length)
    expect(reconcile(path)).toEqual([])
  })

  it("P6 P1 P5 lose nothing when they are killed at any moment, twenty-four times", async () => {
    const path = await ownFile()
    const random = createSeededRandom("twenty-four deaths")
    const errand = errandOn(path, { asks: 50, isShaky: true })
    let aheadMs = 0
    for (let round = 0; round < 12; round++) {
      // Longer than a lease, so that each round finds what the one before it left; and once longer than a link's life.
      aheadMs += round === 9 ? LIFE + MINUTE : LEASE + SECOND
      await Promise.all(
        [0, 1].map((one) => killOne({ ...errand, aheadMs, label: `r${round}-${one}` }, random.bytes(2))),
      )
    }
    const last = await start({ ...errand, aheadMs: aheadMs + LEASE + SECOND, asks: 0, isShaky: false })
    await last.untilSaid("idle")
    expect(await last.stop()).toBe(0)
    expect(reconcile(path)).toEqual([])
    await expectNothingLost(path, errand)
  })
})

function errandOn(path: string, more: Pick<Errand, "asks" | "isShaky">): Errand {
  return { path, mailFile: `${path}.mail`, acceptedFile: `${path}.accepted`, aheadMs: 0, label: "site", ...more }
}

function start(errand: Errand): Promise<Child> {
  return startChild("./doomed-site.ts", [JSON.stringify(errand)])
}

/** Kills a site when it has accepted some requests, and some milliseconds later. */
async function killOne(errand: Errand, [requests = 0, pauseMs = 0]: Buffer): Promise<void> {
  const child = await start(errand)
  await child.untilSaid("accepted", 1 + (requests % errand.asks))
  await pause(pauseMs / 25)
  expect(await child.kill()).toBe("SIGKILL")
}

async function linesOf<Line>(file: string): Promise<Line[]> {
  const text = await readFile(file, "utf8")
  return text
    .trim()
    .split("\n")
    .map((line) => (line.startsWith("{") ? JSON.parse(line) : line))
}

async function expectNothingLost(path: string, { mailFile, acceptedFile }: Errand): Promise<void> {
  const accepted = await linesOf<string>(acceptedFile)
  const delivered = await linesOf<Delivered>(mailFile)
  const tables = dumpTables(path)
  const requests = new Map(tables["sign_in_requests"]?.map((row) => [row["address"], row]))
  const mails = new Map(tables["outbox"]?.map((row) => [row["request_id"], row]))
  const links = new Map(tables["magic_link_tokens"]?.map((row) => [row["token_hash"], row]))
  for (const address of accepted) {
    const mail = mails.get(requests.get(address)?.["request_id"] ?? null)
    expect(["sent", "withheld", "given_up"], address).toContain(mail?.["state"])
  }
  const perRequest = new Map<unknown, number>()
  for (const { token, to, at } of delivered) {
    const parsed = parseToken(token)
    const link = parsed === null ? undefined : links.get(hashToken(parsed))
    expect(at, to).toBeLessThan(Number(link?.["expires_at"]))
    expect(Number(link?.["minted_at"]), to).toBeLessThan(Number(mails.get(link?.["request_id"] ?? null)?.["deadline"]))
    perRequest.set(link?.["request_id"], (perRequest.get(link?.["request_id"]) ?? 0) + 1)
  }
  const states = [...mails.values()].map(({ state }) => String(state))
  const count = (wanted: string) => states.filter((state) => state === wanted).length
  const twice = [...perRequest.values()].filter((times) => times > 1).length
  // What was killed between sending and saying so is sent again: at least once, and said here how often.
  console.log(
    `24 kills: ${accepted.length} requests accepted, ${states.length} written, ${count("sent")} sent, ${count("given_up")} given up, ` +
      `${delivered.length} mails delivered, ${twice} requests mailed twice, ${tables["sessions"]?.length} signed in`,
  )
  expect(accepted.length).toBeGreaterThan(100)
  expect(count("sent")).toBeGreaterThan(100)
  const database = new DatabaseSync(path, { readOnly: true })
  expect(database.prepare("pragma integrity_check").get()).toEqual({ integrity_check: "ok" })
  database.close()
}
