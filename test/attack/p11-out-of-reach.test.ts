import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createDraw } from "../tamper/draw.ts"
import { type MadeLog, makeLog, sealAgain } from "../tamper/make-log.ts"
import { verifyFile } from "../tamper/verify-file.ts"

// Numbers that no position, size or time of ours has: where the log's own walks don't come by.
let folder: string
let clean: MadeLog
let nth = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "linklatch-reach-"))
  const plan = { events: 700, passes: 4, erased: 0, pruned: 0, isLate: false, waiting: 0 }
  clean = await makeLog(join(folder, "clean.db"), plan, createDraw(7))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A copy to which the owner of the file has done something. */
function tamper(sql: string): string {
  nth += 1
  const path = join(folder, `${nth}.db`)
  copyFileSync(clean.path, path)
  const database = new DatabaseSync(path)
  const triggers = database.prepare("select name from sqlite_schema where type = 'trigger'").all()
  for (const { name } of triggers) database.exec(`drop trigger ${name}`)
  database.exec(sql)
  database.close()
  return path
}

const insert = (seq: string, at = "at") =>
  `insert into auth_events select ${seq}, 'another', ${at}, type, null, detail, null, null from auth_events where seq = 5`

async function codesOf(path: string): Promise<readonly string[]> {
  return [...new Set((await verifyFile(path, clean.outside)).findings.map(({ code }) => code))]
}

describe("P11: an event that was put where nothing is sealed", () => {
  it.each(["9007199254740992", "9223372036854775807", "-9007199254740992", "-9223372036854775808"])(
    "is found at position %s",
    async (seq) => {
      expect(await codesOf(tamper(insert(seq)))).toEqual(["event_inserted"])
    },
  )

  it("is found where all that came after it were pushed out of the log's reach", async () => {
    const path = tamper(insert(String(Number.MAX_SAFE_INTEGER)))
    await sealAgain(path, 5)
    expect(await codesOf(path)).toEqual(["event_inserted"])
  })
})

describe("P11: an event with a time that no number of JavaScript is", () => {
  it.each(["9007199254740993", "9223372036854775807", "-9223372036854775808"])(
    "keeps nobody from sealing it and what follows: %s",
    async (at) => {
      const path = tamper(insert("701", at))
      await sealAgain(path, 5)
      expect(await verifyFile(path, clean.outside)).toMatchObject({ size: 706, findings: [] })
      const database = new DatabaseSync(path)
      database.exec("drop trigger if exists auth_events_no_update; update auth_events set at = 1 where seq = 701")
      database.close()
      expect(await codesOf(path)).toEqual(["event_changed"])
    },
  )
})

describe("P11: where the log is said to stand", () => {
  it("is found out at any size, without a walk through what isn't there", async () => {
    const told = await codesOf(tamper("update audit_log set size = 9007199254740991"))
    expect(told).toContain("bundle_changed")
  })

  it.each([
    [
      "a full bundle has more events than fit",
      "update audit_bundles set ranges = '[[1,256],[600,601]]' where bundle_index = 0",
    ],
    [
      "the last bundle has more events than the log",
      "update audit_bundles set ranges = substr(ranges, 1, length(ranges) - 1) || ',[100,101]]' where bundle_index = 2",
    ],
  ])("is found where %s", async (_, sql) => {
    expect(await codesOf(tamper(sql))).toEqual(["bundle_changed"])
  })

  it.each(["[1,700]", "[-5,1]", "[700,900]"])(
    "is found where %s may still be written, and is sealed",
    async (range) => {
      const cursor = `{"through":700,"open":[{"ranges":[${range}],"writers":[]}]}`
      expect(await codesOf(tamper(`update audit_log set cursor = '${cursor}'`))).toContain("head_changed")
    },
  )

  it.each(["[-100]", "[]", "[-6,-7]", "[-7,-6,-5]"])("can't be read where %s may still be written", async (range) => {
    const cursor = `{"through":700,"open":[{"ranges":[${range}],"writers":[]}]}`
    const path = tamper(`${insert("-5")}; update audit_log set cursor = '${cursor}'`)
    expect(await codesOf(path)).toEqual(["unreadable"])
  })
})

describe("P11: something that stands in the place of a table", () => {
  it.each(["auth_events", "auth_event_pii", "audit_tiles", "audit_bundles", "audit_checkpoints", "audit_log"])(
    "isn't asked where it is a view: %s",
    async (table) => {
      const path = tamper(`alter table ${table} rename to truth; create view ${table} as select * from truth`)
      await expect(codesOf(path)).rejects.toThrow(`${table} isn't a plain table`)
    },
  )
})
