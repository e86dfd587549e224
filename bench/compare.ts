import type { Contender, Operation } from "./contenders/contender.ts"
import { type Engine, type EngineName, startEngine } from "./engines/engine.ts"
import { combineRounds, type Figures } from "./figures.ts"
import { People } from "./people.ts"
import { proveSite } from "./prove-site.ts"
import { type RunningSite, startSite } from "./running-site.ts"
import { type Measured, measureSignIn } from "./sign-in-round.ts"
import type { SiteFacts } from "./sites/serve-site.ts"

export interface ComparePlan {
  readonly engine: EngineName
  readonly contenders: readonly Contender[]
  readonly connections: readonly number[]
  readonly rounds: number
  /** How long people ask, and how long sessions are checked, in each round; less at one connection, more to warm up. */
  readonly forMs: number
  /** Accounts at each site; at most so many ask in one round. */
  readonly people: number
  /** Is told what goes on, a line at a time. */
  readonly progress: (line: string) => void
}

/** One operation at one site, over all rounds. */
export interface Line {
  readonly contender: string
  readonly operation: Operation
  readonly connections: number
  readonly figures: Figures
  readonly rounds: readonly Measured[]
}

export interface Comparison {
  readonly lines: readonly Line[]
  readonly sites: readonly { readonly name: string; readonly notes: string; readonly facts: SiteFacts }[]
}

interface Entrant {
  readonly site: RunningSite
  readonly people: People
}

/** Runs all sites side by side, each in turn in every round, so that whatever disturbs the machine disturbs them alike. */
export async function compare(plan: ComparePlan): Promise<Comparison> {
  const engine = await startEngine(plan.engine)
  const entrants: Entrant[] = []
  try {
    for (const [index, contender] of plan.contenders.entries()) {
      plan.progress(`starting ${contender.name}`)
      entrants.push(await enter(contender, engine, `site_${index}`, plan.people))
    }
    const measured = await runRounds(entrants, plan)
    return {
      lines: toLines(measured, plan.contenders),
      sites: entrants.map(({ site }) => ({
        name: site.contender.name,
        notes: site.contender.notes,
        facts: site.facts,
      })),
    }
  } finally {
    for (const { site } of entrants) await site.stop()
    await engine.stop()
  }
}

/** Starts a site with its accounts, and sees it say yes and no. */
async function enter(contender: Contender, engine: Engine, name: string, people: number): Promise<Entrant> {
  const database = await engine.createDatabase(name)
  const site = await startSite(contender, engine, database)
  try {
    await contender.seed({ database, people, areSignedIn: false, sample: 0, begun: Date.now() })
    const entrant = { site, people: new People(people) }
    await proveSite(site, entrant.people)
    return entrant
  } catch (cause) {
    const fault = site.explain(cause)
    await site.stop()
    throw fault
  }
}

// How many rounds long the warm-up is.
const WARM_UP = 1.5
// One connection has nothing to share and little to vary.
const ALONE = 0.4

interface Taken extends Measured {
  readonly contender: string
  readonly connections: number
}

async function runRounds(entrants: readonly Entrant[], plan: ComparePlan): Promise<readonly Taken[]> {
  const { rounds, connections: levels, forMs, people, progress } = plan
  const taken: Taken[] = []
  // Round 0 warms up: compilers and caches, for all alike. It isn't counted. A server runs for weeks, and V8 compiles for
  // some twenty thousand requests.
  for (let round = 0; round <= rounds; round++) {
    for (const connections of round === 0 ? levels.slice(-1) : levels) {
      for (const { site, people: askers } of rotated(entrants, round)) {
        const measured = await measureSignIn(site, askers, {
          connections,
          forMs: forMs * (round === 0 ? WARM_UP : connections === 1 ? ALONE : 1),
          maxAsks: people,
        }).catch((cause: unknown) => Promise.reject(site.explain(cause)))
        progress(`${titleOf(round, rounds, connections)} ${site.contender.name}: ${summaryOf(measured)}`)
        if (round > 0) taken.push(...measured.map((one) => ({ ...one, contender: site.contender.name, connections })))
      }
    }
  }
  return taken
}

function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const from = by % items.length
  return [...items.slice(from), ...items.slice(0, from)]
}

function titleOf(round: number, rounds: number, connections: number): string {
  const title = round === 0 ? "warming up" : `round ${round} of ${rounds}`
  return `${title}, ${connections} ${connections === 1 ? "connection" : "connections"},`
}

function summaryOf(measured: readonly Measured[]): string {
  return measured.map(({ operation, perSecond }) => `${operation} ${Math.round(perSecond)}/s`).join(", ")
}

function toLines(taken: readonly Taken[], contenders: readonly Contender[]): readonly Line[] {
  const groups = Map.groupBy(taken, ({ contender, operation, connections }) =>
    [connections, operation, contender].join("|"),
  )
  const lines = [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { contender, operation, connections } = first
    const rounds = group.map(({ sent, perSecond, p50, p99 }) => ({ operation, sent, perSecond, p50, p99 }))
    return [{ contender, operation, connections, figures: combineRounds(rounds), rounds }]
  })
  const place = ({ contender }: Line) => contenders.findIndex(({ name }) => name === contender)
  return lines.sort((a, b) => place(a) - place(b))
}
