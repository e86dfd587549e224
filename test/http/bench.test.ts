import { describe, expect, it } from "vitest"
import { compare } from "../../bench/compare.ts"
import type { Contender } from "../../bench/contenders/contender.ts"
import { bare, handWritten, handWrittenShared } from "../../bench/contenders/hand-written.ts"
import { linklatch, linklatchAnswering, linklatchLimited } from "../../bench/contenders/linklatch.ts"
import { measureGrowth } from "../../bench/growth.ts"
import { measureLoad } from "../../bench/open-loop/measure-load.ts"
import { reportGrowth } from "../../bench/reports/growth-report.ts"
import { reportLoad } from "../../bench/reports/load-report.ts"
import type { Machine } from "../../bench/reports/machine.ts"
import { reportSignIn } from "../../bench/reports/sign-in-report.ts"

// Better Auth and Auth.js aren't here: they are installed by `npm run bench` alone, which runs them.
const ours = [linklatch, linklatchLimited, linklatchAnswering, handWritten, handWrittenShared, bare]
const engine = "sqlite" as const
const small = { engine, connections: [2, 32], rounds: 1, forMs: 40, people: 40, progress: () => undefined }
const run = { engine, date: "2026-11-21T12:00", command: "npm run bench", rounds: 1 }
const machine: Machine = {
  processor: "a processor",
  cores: 2,
  memoryGiB: 8,
  system: "Linux",
  fileSystem: "ext4",
  node: process.version,
  commit: "abc1234",
  loadBefore: 0,
}

describe("npm run bench", () => {
  it("measures each operation of our sites, at each number of connections", { timeout: 30_000 }, async () => {
    const comparison = await compare({ ...small, contenders: ours })
    const expected = ours.flatMap(({ name, measures }) =>
      [2, 32].flatMap((connections) => measures.map((operation) => [name, operation, connections])),
    )
    const got = comparison.lines.map(({ contender, operation, connections }) => [contender, operation, connections])
    expect(got.map(String).toSorted()).toEqual(expected.map(String).toSorted())
    for (const { figures } of comparison.lines) expect(figures.perSecond).toBeGreaterThan(0)
    const report = reportSignIn({ ...run, machine, ...small, ...comparison })
    expect(report).toContain("| redeem | written by hand, commits shared | 0.5 × |")
    expect(report).toContain("journal_mode wal, synchronous full")
  })

  const fails = (contender: Contender) => expect(compare({ ...small, contenders: [contender] })).rejects

  it("fails where a site takes a session that it never gave", async () => {
    const yesToAll: Contender = { ...bare, measures: ["ask", "redeem", "check"] }
    await fails(yesToAll).toThrow("bare node:http: It took a forged session.")
  })

  it("fails where a site answers and keeps nothing", async () => {
    const forgetful: Contender = { ...handWritten, counts: { ...handWritten.counts, asked: "select 0" } }
    await fails(forgetful).toThrow("written by hand, each commit alone: Expected 1 requests for a link, found 0.")
  })

  it("fails with the answer where a site refuses", async () => {
    const journey = async () => {
      const own = await handWritten.journey(0)
      return { ...own, ask: (person: { ip: string }) => own.redeem("no-such-token", "", person.ip) }
    }
    await fails({ ...handWritten, journey }).toThrow(/Expected 303 .*, got: HTTP\/1\.1 410 Gone/)
  })

  it("fails with what the site printed where it doesn't start", async () => {
    const program = new URL("../../bench/sites/no-such-site.ts", import.meta.url)
    await fails({ ...handWritten, program }).toThrow(/It ended \(1\)\.\nIt printed: [\s\S]*Cannot find module/)
  })
})

describe("npm run bench:rows", () => {
  it("measures us on few rows and on many", { timeout: 30_000 }, async () => {
    const sizes = { engine, few: 100, many: 300, rounds: 1, connections: 4 }
    const growth = await measureGrowth({ ...sizes, contenders: [linklatch], forMs: 500, progress: () => undefined })
    expect(growth.lines.map(({ operation }) => operation)).toEqual(["ask", "redeem", "check"])
    for (const { cost } of growth.lines) expect(cost).toBeGreaterThan(0)
    expect(reportGrowth({ ...run, machine, ...sizes, ...growth })).toContain("# 300 rows against 100")
  })
})

describe("npm run load", () => {
  it("finds what two processes keep up with, and measures below it", { timeout: 60_000 }, async () => {
    const plan = {
      people: 8_000,
      connections: 16,
      warmUpSeconds: 0.1,
      trialSeconds: 0.3,
      maxTrials: 6,
      levelSeconds: 0.5,
      keepsUpP99Ms: 5_000,
    }
    const figures = await measureLoad({
      ...plan,
      engines: ["sqlite"],
      processes: [2],
      operations: ["redeem", "mix"],
      levels: [0.5],
      progress: () => undefined,
    })
    expect(figures.lines.map(({ operation }) => operation)).toEqual(["redeem", "mix"])
    for (const { saturation, offered, result } of figures.lines) {
      expect(offered).toBe(saturation / 2)
      expect(result).toMatchObject({ failed: 0, unanswered: 0, answered: Math.round(offered * plan.levelSeconds) })
    }
    const report = reportLoad({ ...run, machine, ...plan, ...figures })
    expect(report).toContain("## sqlite, 2 processes")
    expect(report).toContain("The mix at 50 %, by what was asked for:")
  })
})
