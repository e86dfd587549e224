import type { Contender, Seeded } from "./contenders/contender.ts"
import { type Engine, type EngineName, startEngine } from "./engines/engine.ts"
import { combineRounds, type Figures, median } from "./figures.ts"
import { addressOf, People } from "./people.ts"
import { type RunningSite, startSite } from "./running-site.ts"
import { ask, check, collect, type Measured, redeem } from "./sign-in-round.ts"
import type { SiteFacts } from "./sites/serve-site.ts"

export interface GrowthPlan {
  readonly engine: EngineName
  readonly contenders: readonly Contender[]
  /** Accounts, each with a pending link and a live session: in the small tables, and in the big ones. */
  readonly few: number
  readonly many: number
  readonly rounds: number
  readonly connections: number
  readonly forMs: number
  readonly progress: (line: string) => void
}

/** One operation at one site, on few rows and on many. */
export interface GrowthLine {
  readonly contender: string
  readonly operation: Measured["operation"]
  readonly few: Figures
  readonly many: Figures
  /** The time of a request on many rows over that on few: the median over the rounds, each against its own neighbour. */
  readonly cost: number
}

export interface Growth {
  readonly lines: readonly GrowthLine[]
  readonly sites: readonly { readonly name: string; readonly notes: string; readonly facts: SiteFacts }[]
}

// Five rounds and a warm-up use up no more links than the small tables have.
const REDEEMS_A_ROUND = 0.16
const CHECKS_A_ROUND = 20_000

/** Measures each site on small and on big tables, in turn. One contender after the other, as big tables fill the disk. */
export async function measureGrowth(plan: GrowthPlan): Promise<Growth> {
  const lines: GrowthLine[] = []
  const sites: Growth["sites"][number][] = []
  for (const contender of plan.contenders) {
    const engine = await startEngine(plan.engine)
    const tables: Table[] = []
    try {
      for (const rows of [plan.few, plan.many]) tables.push(await fillTable(contender, engine, rows, plan))
      lines.push(...(await compareTables(tables, plan)))
      const { name, notes } = contender
      sites.push(...tables.slice(0, 1).map(({ site: { facts } }) => ({ name, notes, facts })))
    } finally {
      for (const { site } of tables) await site.stop()
      await engine.stop()
    }
  }
  return { lines, sites }
}

/** A site on tables of a known size, with links and sessions from all over them that weren't used yet. */
interface Table {
  readonly site: RunningSite
  readonly rows: number
  readonly people: People
  readonly seeded: readonly Seeded[]
  redeemed: number
  checked: number
}

async function fillTable(
  contender: Contender,
  engine: Engine,
  rows: number,
  { few, progress }: GrowthPlan,
): Promise<Table> {
  progress(`${contender.name}: writing ${rows} accounts, each with a pending link and a session`)
  const database = await engine.createDatabase(`rows_${rows}`)
  const site = await startSite(contender, engine, database)
  try {
    const sample = Math.max(few, Math.min(rows, 5 * CHECKS_A_ROUND))
    const seeded = await contender.seed({ database, people: rows, areSignedIn: true, sample, begun: Date.now() })
    return { site, rows, people: new People(rows), seeded, redeemed: 0, checked: 0 }
  } catch (cause) {
    await site.stop()
    throw site.explain(cause)
  }
}

async function compareTables(tables: readonly Table[], plan: GrowthPlan): Promise<readonly GrowthLine[]> {
  const taken = new Map<number, Measured[]>(tables.map(({ rows }) => [rows, []]))
  for (let round = 0; round <= plan.rounds; round++) {
    for (const table of round % 2 === 0 ? tables : tables.toReversed()) {
      const measured = await measureTable(table, plan).catch((cause: unknown) =>
        Promise.reject(table.site.explain(cause)),
      )
      const title = round === 0 ? "warming up" : `round ${round} of ${plan.rounds}`
      const rates = measured.map(({ operation, perSecond }) => `${operation} ${Math.round(perSecond)}/s`).join(", ")
      plan.progress(`${title}, ${table.site.contender.name} on ${table.rows}: ${rates}`)
      if (round > 0) taken.get(table.rows)?.push(...measured)
    }
  }
  return toLines(tables[0]?.site.contender.name ?? "", taken.get(plan.few) ?? [], taken.get(plan.many) ?? [])
}

async function measureTable(table: Table, { few, connections, forMs }: GrowthPlan): Promise<readonly Measured[]> {
  const { site, people, seeded } = table
  const count = Math.floor(few * REDEEMS_A_ROUND)
  const { asked } = await ask(site, people, { connections, forMs, maxAsks: count })
  await collect(site, asked)
  // From all over the tables, not from one end.
  const presses = seeded
    .filter((_, index) => index % Math.floor(seeded.length / few) === 0)
    .slice(table.redeemed, table.redeemed + count)
    .map(({ link, askCookies }, index) => ({ link, cookies: askCookies, ip: addressOf(table.redeemed + index) }))
  const { redeemed } = await redeem(site, presses, { connections, forMs })
  table.redeemed += redeemed.sent
  const cookies = Array.from(
    { length: Math.min(CHECKS_A_ROUND, seeded.length) },
    (_, index) => seeded[(table.checked + index) % seeded.length]?.sessionCookies ?? "",
  )
  const checked = await check(site, cookies, { connections, forMs })
  table.checked += checked.sent
  return [
    { ...asked, operation: "ask" },
    { ...redeemed, operation: "redeem" },
    { ...checked, operation: "check" },
  ]
}

function toLines(contender: string, few: readonly Measured[], many: readonly Measured[]): readonly GrowthLine[] {
  return (["ask", "redeem", "check"] as const).map((operation) => {
    const [small, big] = [few, many].map((all) => all.filter((one) => one.operation === operation))
    const costs = (small ?? []).map(({ perSecond }, round) => perSecond / (big?.[round]?.perSecond ?? 0))
    return {
      contender,
      operation,
      few: combineRounds(small ?? []),
      many: combineRounds(big ?? []),
      cost: median(costs),
    }
  })
}
