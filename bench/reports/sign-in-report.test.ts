import { expect, it } from "vitest"
import type { Line } from "../compare.ts"
import { betterAuth } from "../contenders/better-auth.ts"
import { linklatch } from "../contenders/linklatch.ts"
import { reportSignIn, type SignInReport } from "./sign-in-report.ts"

function line(contender: string, perSecond: number, range: readonly [number, number]): Line {
  const figures = { perSecond, p50: 0.5, p99: 2, range }
  return { contender, operation: "redeem", connections: 32, figures, rounds: [] }
}

function reportOf(lines: readonly Line[]): string {
  const machine = {
    processor: "a processor",
    cores: 2,
    memoryGiB: 8,
    system: "Linux",
    fileSystem: "ext4",
    node: "v24.0.0",
    commit: "abc1234",
    loadBefore: 0,
  }
  const report: SignInReport = {
    engine: "sqlite",
    date: "2026-11-21T12:00",
    command: "npm run bench",
    machine,
    rounds: 5,
    forMs: 1_000,
    people: 30_000,
    lines,
    sites: [],
  }
  return reportSignIn(report)
}

it("shows rates, rounds, times, and how many times as much ours is", () => {
  const report = reportOf([line(linklatch.name, 9_000, [8_000, 10_000]), line(betterAuth.name, 300, [290, 310])])
  expect(report).toContain("| redeem | Linklatch | 9 000 | 8 000–10 000 | 0.50 | 2.00 |  |")
  expect(report).toContain("| redeem | Better Auth | 300 | 290–310 | 0.50 | 2.00 | 30.0 × |")
  expect(report).toContain("| redeem | Better Auth | 25 × | 30.0 × | yes |")
  expect(report).not.toContain("Unsteady")
})

it("says when the rounds differ too much to be believed", () => {
  const report = reportOf([line(linklatch.name, 9_000, [4_000, 10_000]), line(betterAuth.name, 300, [290, 310])])
  expect(report).toContain("Unsteady: in 1 of 2 lines")
})
