import type { Line } from "../compare.ts"
import { authJs } from "../contenders/auth-js.ts"
import { betterAuth } from "../contenders/better-auth.ts"
import type { Operation } from "../contenders/contender.ts"
import { bare, handWrittenPostgres, handWrittenShared } from "../contenders/hand-written.ts"
import { linklatch, linklatchAnswering } from "../contenders/linklatch.ts"
import type { EngineName } from "../engines/engine.ts"

/** "At least `times` as many a second as `against`", at 32 connections. */
export interface Aim {
  readonly operation: Operation
  readonly against: string
  readonly times: number
}

/** An aim with what one way of running Linklatch reached of it. */
export interface Verdict extends Aim {
  readonly ours: string
  readonly got: number
}

export const AIM_CONNECTIONS = 32
const onSqlite: readonly Aim[] = [
  { operation: "ask", against: betterAuth.name, times: 10 },
  { operation: "redeem", against: betterAuth.name, times: 25 },
  { operation: "check", against: betterAuth.name, times: 25 },
  { operation: "endpoint", against: betterAuth.name, times: 25 },
  { operation: "ask", against: authJs.name, times: 6 },
  { operation: "redeem", against: authJs.name, times: 10 },
  { operation: "check", against: authJs.name, times: 8 },
  { operation: "endpoint", against: authJs.name, times: 8 },
  { operation: "ask", against: handWrittenShared.name, times: 0.5 },
  { operation: "redeem", against: handWrittenShared.name, times: 0.5 },
  { operation: "check", against: bare.name, times: 0.5 },
]
const onPostgres: readonly Aim[] = [
  { operation: "ask", against: handWrittenPostgres.name, times: 1 },
  { operation: "redeem", against: handWrittenPostgres.name, times: 1 },
  { operation: "check", against: handWrittenPostgres.name, times: 1 },
  { operation: "ask", against: betterAuth.name, times: 7 },
  { operation: "redeem", against: betterAuth.name, times: 15 },
  { operation: "check", against: betterAuth.name, times: 20 },
  { operation: "endpoint", against: betterAuth.name, times: 20 },
]
const aims: Readonly<Record<EngineName, readonly Aim[]>> = {
  sqlite: onSqlite,
  postgres: onPostgres,
  "postgres+redis": onPostgres,
}

/** What was reached of each aim. One whose other side wasn't measured is left out. */
export function judge(engine: EngineName, lines: readonly Line[]): readonly Verdict[] {
  const rate = (contender: string, operation: Operation): number | undefined =>
    lines.find(
      (line) => line.contender === contender && line.operation === operation && line.connections === AIM_CONNECTIONS,
    )?.figures.perSecond
  return aims[engine].flatMap((aim) => {
    const theirs = rate(aim.against, aim.operation)
    return waysOfOurs(aim.operation).flatMap(({ contender, operation }) => {
      const ours = rate(contender, operation)
      if (ours === undefined || theirs === undefined) return []
      return [{ ...aim, operation, ours: contender, got: ours / theirs }]
    })
  })
}

// The others make and hand over the link before they answer; we do after. So asking is judged by both, and by the answer
// alone where another process makes the links.
function waysOfOurs(operation: Operation): readonly { readonly contender: string; readonly operation: Operation }[] {
  const own = { contender: linklatch.name, operation }
  if (operation !== "ask") return [own]
  return [own, { contender: linklatch.name, operation: "link" }, { contender: linklatchAnswering.name, operation }]
}
