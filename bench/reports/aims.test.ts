import { expect, it } from "vitest"
import type { Line } from "../compare.ts"
import { authJs } from "../contenders/auth-js.ts"
import { betterAuth } from "../contenders/better-auth.ts"
import { handWrittenPostgres } from "../contenders/hand-written.ts"
import { linklatch, linklatchAnswering } from "../contenders/linklatch.ts"
import { judge } from "./aims.ts"

function line(contender: string, operation: Line["operation"], perSecond: number, connections = 32): Line {
  const figures = { perSecond, p50: 1, p99: 2, range: [perSecond, perSecond] } as const
  return { contender, operation, connections, figures, rounds: [] }
}

it("sets what we reached beside each aim, at 32 connections", () => {
  const lines = [
    line(linklatch.name, "redeem", 9_000),
    line(linklatch.name, "redeem", 1, 1),
    line(betterAuth.name, "redeem", 300),
    line(betterAuth.name, "redeem", 9_000, 1),
  ]
  expect(judge("sqlite", lines)).toEqual([
    { operation: "redeem", against: betterAuth.name, times: 25, ours: linklatch.name, got: 30 },
  ])
})

it("judges asking three ways: answered, with its link out, and answered where another process sends", () => {
  const lines = [
    line(linklatch.name, "ask", 6_000),
    line(linklatch.name, "link", 3_000),
    line(linklatchAnswering.name, "ask", 9_000),
    line(authJs.name, "ask", 1_000),
  ]
  expect(judge("sqlite", lines).map(({ ours, operation, got }) => [ours, operation, got])).toEqual([
    [linklatch.name, "ask", 6],
    [linklatch.name, "link", 3],
    [linklatchAnswering.name, "ask", 9],
  ])
})

it("asks of PostgreSQL what was aimed at there", () => {
  const lines = [
    line(linklatch.name, "redeem", 3_000),
    line(handWrittenPostgres.name, "redeem", 2_000),
    line(betterAuth.name, "redeem", 300),
  ]
  expect(judge("postgres", lines).map(({ against, times, got }) => [against, times, got])).toEqual([
    [handWrittenPostgres.name, 1, 1.5],
    [betterAuth.name, 15, 10],
  ])
})

it("leaves out an aim whose other side wasn't measured", () => {
  expect(judge("sqlite", [line(linklatch.name, "check", 9_000)])).toEqual([])
})
