import { type ChildProcess, fork, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { MINUTE } from "../../src/core/clock.ts"
import { sqlite } from "../../src/sqlite.ts"
import { addressOf, laptop, newId, START, someLimit, wideLimit } from "../../src/testing/contract/steps/ask.ts"
import { type Mail, mailTo } from "../../src/testing/contract/steps/deliver.ts"
import { newSession, tally } from "../../src/testing/contract/steps/redeem.ts"
import type { Finish, Race } from "./sqlite-racer.ts"

const ROUNDS = 20

describe("processes on one SQLite file", () => {
  it("let one of 64 presses in and admit exactly the limit, twenty times over (P1, P8)", async () => {
    const folder = await mkdtemp(join(tmpdir(), "linklatch-race-"))
    const path = join(folder, "auth.db")
    // The file doesn't exist yet: the processes make and migrate it at the same time.
    const racers = await Promise.all([startRacer(path), startRacer(path)])
    const store = sqlite(path)
    for (let round = 0; round < ROUNDS; round++) {
      const at = START + round * MINUTE
      const mail = await mailTo(store, { address: addressOf(`ada${round}@example.com`), at })
      const limit = someLimit("redeem_client", { max: 17, windowMs: MINUTE })
      const takes = Array(100).fill({ limit, at })
      const races = racers.map((racer) => run(racer, { redeems: presses(mail, 32), takes }))
      const finishes = await Promise.all(races)
      const redeemed = finishes.flatMap((finish) => finish.redeemed)
      expect(count(redeemed), `round ${round}`).toEqual({ redeemed: 1, used: 63 })
      expect(count(finishes.flatMap(({ taken }) => taken)), `round ${round}`).toEqual({ admitted: 17, refused: 183 })
    }
    await Promise.all(racers.map(stopRacer))
    await store.close()
    await rm(folder, { recursive: true })
  }, 60_000)

  it("start while another one writes, rather than say that the database is locked", async () => {
    const folder = await mkdtemp(join(tmpdir(), "linklatch-start-"))
    const path = join(folder, "auth.db")
    await sqlite(path).close()
    const holder = spawn(process.execPath, ["--eval", HOLD_FOR_A_WHILE, path], { stdio: ["ignore", "pipe", "inherit"] })
    await once(holder.stdout, "data")
    const store = sqlite(path)
    await store.ping()
    await store.close()
    if (holder.exitCode === null) await once(holder, "exit")
    await rm(folder, { recursive: true })
  })
})

// Longer than a running process waits without looking after anything else.
const HOLD_FOR_A_WHILE = `
  const database = new (require("node:sqlite").DatabaseSync)(process.argv[1])
  database.exec("begin exclusive")
  console.log("held")
  setTimeout(() => database.exec("commit"), 400)`

async function startRacer(path: string): Promise<ChildProcess> {
  const racer = fork(new URL("./sqlite-racer.ts", import.meta.url), [path], { execArgv: [] })
  const [word] = await once(racer, "message")
  expect(word).toBe("ready")
  return racer
}

async function run(racer: ChildProcess, race: Race): Promise<Finish> {
  const finish = once(racer, "message")
  racer.send(race)
  return (await finish)[0]
}

async function stopRacer(racer: ChildProcess): Promise<void> {
  const exit = once(racer, "exit")
  racer.disconnect()
  expect(await exit).toEqual([0, null])
}

function presses(mail: Mail, length: number) {
  const at = mail.link.at + MINUTE
  return Array.from({ length }, () => ({
    tokenHash: mail.link.tokenHash,
    flowHash: mail.flowHash,
    matchNumber: null,
    limit: wideLimit("redeem_client"),
    client: laptop,
    at,
    session: newSession(at),
    newUserId: newId(at),
    replaces: null,
  }))
}

const count = (statuses: readonly string[]) => tally(statuses.map((status) => ({ status })))
