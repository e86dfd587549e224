import { scheduleArrivals, seededNumbers } from "./schedule.ts"
import { type OpenLoopResult, sendOnSchedule } from "./send-on-schedule.ts"
import { summarizeTimes, type Times } from "./times.ts"
import { createWorkload, type LoadOperation, type Population, type Step, type Used } from "./workload.ts"

/** Some seconds of one operation. */
export interface PhaseOrder {
  readonly ports: readonly number[]
  readonly connections: number
  readonly operation: LoadOperation
  /** How many are due a second; or as many as the connections take, to see how many that is. */
  readonly perSecond: number | "flat out"
  readonly seconds: number
  readonly population: Population
  readonly used: Used
  /** For the schedule and the mix: the same number, the same requests at the same moments. */
  readonly seed: number
}

export interface PhaseResult {
  readonly sent: number
  readonly answered: number
  readonly failed: number
  readonly firstFailure: string | null
  /** Due, and not answered a while after the last was due. */
  readonly unanswered: number
  /** Right answers a second, to the last. */
  readonly perSecond: number
  readonly times: Times
  readonly steps: Partial<Record<Step, Times>>
  readonly generator: GeneratorFacts
  /** All links and addresses that were used up to here. */
  readonly used: Used
}

/** Whether the program that sends was fast enough. */
export interface GeneratorFacts {
  /** How late it turned to a request that was due. */
  readonly lag: Times
  /** How much of a core it took. */
  readonly core: number
  /** How many requests found no free connection. */
  readonly waited: number
}

// Of those that are late by more, nothing is learnt by waiting on.
const PATIENCE_MS = 10_000
// More than any site here answers.
const FLAT_OUT_A_SECOND = 100_000

/** Makes the schedule and the requests of a phase, and sends them. */
export async function runPhase(order: PhaseOrder): Promise<PhaseResult> {
  const { ports, connections, operation, perSecond, seconds, population, used, seed } = order
  const random = seededNumbers(seed)
  const isFlatOut = perSecond === "flat out"
  // Nobody presses a link that somebody has pressed.
  const most = operation === "redeem" ? population.people - used.redeems : Number.POSITIVE_INFINITY
  const arrivals = isFlatOut
    ? new Float64Array(Math.min(most, FLAT_OUT_A_SECOND * seconds))
    : scheduleArrivals(perSecond, seconds, random)
  if (arrivals.length > most)
    throw new Error(`Of ${population.people} links ${most} are left, and ${arrivals.length} were to be pressed.`)
  const workload = await createWorkload(operation, population, used, random)
  const before = { cpu: process.cpuUsage(), at: performance.now() }
  const stopAfterMs = seconds * 1_000 + (isFlatOut ? 0 : PATIENCE_MS)
  const sending = { ports, connections, arrivals, stopAfterMs, request: workload.request, read: workload.read }
  const outcome = await sendOnSchedule(sending)
  const cpu = process.cpuUsage(before.cpu)
  const core = (cpu.user + cpu.system) / 1_000 / (performance.now() - before.at)
  return summarize(order, outcome, workload.step, core)
}

function summarize(
  { perSecond, used }: PhaseOrder,
  outcome: OpenLoopResult,
  stepOf: (index: number) => Step,
  core: number,
): PhaseResult {
  const { sent, answered, failed, firstFailure, times, lags, waited, tookMs } = outcome
  const isFlatOut = perSecond === "flat out"
  const sentTimes = isFlatOut ? [] : times
  const byStep = Map.groupBy(
    Array.from({ length: sent }, (_, index) => index),
    stepOf,
  )
  const steps = [...byStep].map(([step, indexes]) => [
    step,
    summarizeTimes(isFlatOut ? [] : indexes.map((index) => times[index] ?? 0)),
  ])
  return {
    sent,
    answered,
    failed,
    firstFailure,
    unanswered: isFlatOut ? 0 : times.length - answered - failed,
    perSecond: answered / (tookMs / 1_000),
    times: summarizeTimes(sentTimes),
    steps: Object.fromEntries(steps),
    generator: { lag: summarizeTimes(isFlatOut ? [] : lags), core, waited },
    used: {
      asks: used.asks + (byStep.get("ask")?.length ?? 0),
      redeems: used.redeems + (byStep.get("redeem")?.length ?? 0),
    },
  }
}
