import { setTimeout as rest } from "node:timers/promises"
import type { Contender } from "../contenders/contender.ts"
import { fields } from "../contenders/fields.ts"
import { type Engine, type EngineName, startEngine } from "../engines/engine.ts"
import { type RunningSite, startSite } from "../running-site.ts"
import type { SiteFacts } from "../sites/serve-site.ts"
import { findSaturation } from "./find-saturation.ts"
import { type Generator, startGenerator } from "./generator.ts"
import type { PhaseOrder, PhaseResult } from "./run-phase.ts"
import type { LoadOperation, Population, Used } from "./workload.ts"

export interface LoadPlan {
  readonly engines: readonly EngineName[]
  /** How many processes serve the site, one number after the other. */
  readonly processes: readonly number[]
  readonly operations: readonly LoadOperation[]
  /** Accounts, each with a pending link and a session. Each link is pressed once. */
  readonly people: number
  /** Connections to all processes together. */
  readonly connections: number
  /** Shares of what it keeps up with, at which it is measured. */
  readonly levels: readonly number[]
  readonly warmUpSeconds: number
  readonly trialSeconds: number
  readonly maxTrials: number
  readonly levelSeconds: number
  /** Where one in a hundred takes longer, the site doesn't keep up. */
  readonly keepsUpP99Ms: number
  readonly progress: (line: string) => void
}

/** One operation at one rate. */
export interface LoadLine {
  readonly engine: EngineName
  readonly processes: number
  readonly operation: LoadOperation
  /** The most a second that the site keeps up with. */
  readonly saturation: number
  /** The share of it at which this was measured, and how many a second that is. */
  readonly level: number
  readonly offered: number
  readonly result: PhaseResult
  /** Mails that waited when the last request was answered. */
  readonly owed: number
}

export interface LoadFigures {
  readonly lines: readonly LoadLine[]
  readonly sites: readonly { readonly engine: EngineName; readonly facts: SiteFacts }[]
}

/** Mail for more than so many seconds of asking waits: the mail doesn't keep up. */
export const KEEPS_UP_OWED_SECONDS = 0.5

/** Measures our site on each engine and with each number of processes, one after the other. */
export async function measureLoad(plan: LoadPlan): Promise<LoadFigures> {
  const lines: LoadLine[] = []
  const sites: LoadFigures["sites"][number][] = []
  for (const name of plan.engines) {
    const engine = await startEngine(name)
    try {
      for (const processes of plan.processes) {
        const measured = await measureSite(engine, processes, plan)
        lines.push(...measured.lines)
        if (processes === plan.processes[0]) sites.push({ engine: name, facts: measured.facts })
      }
    } finally {
      await engine.stop()
    }
  }
  return { lines, sites }
}

/** The site with its tables, and how far their links are used up. */
interface UnderLoad {
  readonly engine: EngineName
  readonly sites: readonly RunningSite[]
  readonly generator: Generator
  readonly population: Population
  readonly plan: LoadPlan
  used: Used
  phases: number
}

async function measureSite(engine: Engine, processes: number, plan: LoadPlan) {
  const { people, progress } = plan
  const contender = contenderOn(engine.name)
  const database = await engine.createDatabase(`load_${processes}`)
  const sites: RunningSite[] = []
  const generator = startGenerator()
  try {
    // One after the other, as the first makes the tables.
    for (let count = 0; count < processes; count++) sites.push(await startSite(contender, engine, database))
    progress(`${titleOf(engine.name, processes)}: writing ${people} accounts, each with a pending link and a session`)
    const begun = Date.now()
    await contender.seed({ database, people, areSignedIn: true, sample: 0, begun })
    const population = { people, begun }
    const underLoad = {
      engine: engine.name,
      sites,
      generator,
      population,
      plan,
      used: { asks: 0, redeems: 0 },
      phases: 0,
    }
    const lines: LoadLine[] = []
    for (const operation of plan.operations) lines.push(...(await measureOperation(underLoad, operation)))
    return { lines, facts: sites[0]?.facts as SiteFacts }
  } catch (cause) {
    throw sites[0]?.explain(cause) ?? cause
  } finally {
    generator.stop()
    for (const site of sites) await site.stop()
  }
}

/** As people run it: with its limits, and sending its own mail, which goes nowhere. */
function contenderOn(engine: EngineName): Contender {
  const [ours] = fields[engine].ours
  return { ...ours, args: [...ours.args, "limits", "drop-mail"] }
}

async function measureOperation(underLoad: UnderLoad, operation: LoadOperation): Promise<readonly LoadLine[]> {
  const { plan, engine, sites } = underLoad
  const title = `${titleOf(engine, sites.length)}, ${operation}:`
  await runAt(underLoad, operation, "flat out", plan.warmUpSeconds)
  const { result: flatOut } = await runAt(underLoad, operation, "flat out", plan.trialSeconds)
  plan.progress(`${title} ${Math.round(flatOut.perSecond)}/s flat out`)
  const saturation = await findSaturation({
    start: flatOut.perSecond * 0.8,
    maxTrials: plan.maxTrials,
    async keepsUp(perSecond) {
      // Twice, as a disk that stands still for a moment says nothing of the site.
      for (let chance = 0; chance < 2; chance++) {
        const phase = await runAt(underLoad, operation, perSecond, plan.trialSeconds)
        const verdict = keptUp(phase, plan.keepsUpP99Ms)
        plan.progress(`${title} ${Math.round(perSecond)}/s ${verdict ? "kept up" : "too much"}, ${summaryOf(phase)}`)
        if (verdict) return true
      }
      return false
    },
  })
  if (saturation === 0) throw new Error(`${title} it kept up with no rate that was tried.`)
  const lines: LoadLine[] = []
  for (const level of plan.levels) {
    const offered = saturation * level
    const phase = await runAt(underLoad, operation, offered, plan.levelSeconds)
    plan.progress(`${title} ${Math.round(level * 100)} %, ${Math.round(offered)}/s: ${summaryOf(phase)}`)
    lines.push({ engine, processes: sites.length, operation, saturation, level, offered, ...phase })
  }
  return lines
}

export interface Phase {
  readonly result: PhaseResult
  readonly owed: number
}

const OWED_WITHIN_MS = 120_000
const REST_MS = 300

/** Runs one phase, shorter where too few links are left for it, and waits until its mail is out. */
async function runAt(
  underLoad: UnderLoad,
  operation: LoadOperation,
  perSecond: PhaseOrder["perSecond"],
  seconds: number,
): Promise<Phase> {
  const { sites, generator, population, plan } = underLoad
  const left = population.people - underLoad.used.redeems
  const longest = operation === "redeem" && perSecond !== "flat out" ? left / perSecond : seconds
  if (longest < Math.min(seconds, 1)) throw new Error(`All links are used: give more people than ${population.people}.`)
  const result = await generator.run({
    ports: sites.map(({ facts }) => facts.port),
    connections: plan.connections,
    operation,
    perSecond,
    seconds: Math.min(seconds, longest),
    population,
    used: underLoad.used,
    seed: ++underLoad.phases,
  })
  underLoad.used = result.used
  const owed = await countOwed(underLoad)
  const patience = Date.now() + OWED_WITHIN_MS
  while ((await countOwed(underLoad)) > 0) {
    if (Date.now() > patience)
      throw new Error(`Mail is owed ${OWED_WITHIN_MS / 1_000} s after the last request for it.`)
    await rest(50)
  }
  await rest(REST_MS)
  return { result, owed }
}

async function countOwed({ sites: [site] }: UnderLoad): Promise<number> {
  return site === undefined ? 0 : site.count(site.contender.counts.owed ?? "select 0")
}

/** Whether all was answered rightly and soon, and the mail with it. */
export function keptUp(phase: Phase, keepsUpP99Ms: number): boolean {
  const { failed, unanswered, times } = phase.result
  return failed === 0 && unanswered === 0 && times.p99 <= keepsUpP99Ms && !isMailBehind(phase)
}

/** Whether more mail waits than is always on its way: a worker begins within 45 ms. */
export function isMailBehind({ result: { steps, sent, perSecond }, owed }: Phase): boolean {
  const asksASecond = ((steps.ask?.count ?? 0) / Math.max(sent, 1)) * perSecond
  return owed > Math.max(100, asksASecond * KEEPS_UP_OWED_SECONDS)
}

function titleOf(engine: EngineName, processes: number): string {
  return `${engine}, ${processes} ${processes === 1 ? "process" : "processes"}`
}

function summaryOf({ result, owed }: Phase): string {
  const { times, failed, unanswered, generator, firstFailure } = result
  const parts = [
    `p50 ${times.p50.toFixed(1)} ms, p99 ${times.p99.toFixed(1)}, p99.9 ${times.p999.toFixed(1)}, max ${times.max.toFixed(1)}`,
    `sender late by p99 ${generator.lag.p99.toFixed(1)} ms, ${Math.round(generator.core * 100)} % of a core`,
  ]
  if (owed > 0) parts.push(`${owed} mails owed`)
  if (unanswered > 0) parts.push(`${unanswered} unanswered`)
  if (failed > 0) parts.push(`${failed} FAILED: ${firstFailure?.slice(0, 200)}`)
  return parts.join("; ")
}
