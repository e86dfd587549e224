import { DAY, HOUR, MINUTE, SECOND } from "../../../src/core/clock.ts"
import type { Sweep } from "../../../src/core/retention/retention-store.ts"
import type { OutboxItem, Store } from "../../../src/core/store.ts"
import { newId, START } from "../../../src/testing/contract/steps/ask.ts"
import { type Choice, createChoice } from "./choice.ts"
import { times } from "./field.ts"
import { createLane, type Lane, noteOutcome } from "./lane.ts"
import { moves } from "./moves.ts"
import { type Order, obey, order } from "./order.ts"

/** How a history is made. */
export interface Plot {
  readonly seed: number
  readonly lanes: number
  readonly rounds: number
  /** How many moves a lane makes in a round. */
  readonly moves: number
}

/** A decision, and what the reference made of it. */
export interface Told {
  readonly order: Order
  readonly outcome: unknown
}

/** First some decisions that concern all lanes, one after another. Then the lanes: each in its own order, all at once. */
export interface Round {
  readonly alone: readonly Told[]
  readonly lanes: readonly (readonly Told[])[]
}

// Between two moves of a lane, so that no cache of a second is in the way.
const STEP = 3 * SECOND
const KEEP: Omit<Sweep, "at" | "max"> = { askedBefore: null, endedBefore: null, personsBefore: null }
// In two of three rounds all make the same move: first all that it takes to sign in, then each of the others.
const names = Object.keys(moves)
const story = [
  "ask",
  "mint",
  "settle",
  "press",
  "check",
  "ask",
  "mint",
  "type",
  ...names,
  "ask",
  "mint",
  "press",
  "revoke",
]
// A lane's own choice; the way to a session is longer than the others.
const mixed = [...names, "ask", "ask", "mint", "mint", "press", "press", "type", "settle", "check"]

/** Invents a history that a seed decides, and has the reference live it: one decision after another. */
export async function makeHistory(reference: Store, plot: Plot): Promise<readonly Round[]> {
  const choice = createChoice(plot.seed)
  const lanes = times(plot.lanes, createLane)
  const rounds: Round[] = []
  let now = START
  for (let number = 0; number < plot.rounds; number++) {
    now += plot.moves * STEP + choice.pick([SECOND, 5 * SECOND, 31 * SECOND, 2 * MINUTE, 20 * MINUTE])
    const name = number % 3 === 2 ? undefined : story[Math.ceil((number * 2) / 3) % story.length]
    // Sometimes a clock is late.
    const late = choice.oneIn(4) ? 2 * MINUTE + SECOND / 2 : 0
    const alone = [await claimAll(reference, lanes, now), ...(await askAbout(reference, now, choice))]
    const told: Told[][] = []
    for (const [i, lane] of lanes.entries()) {
      const at = now - late + i
      told.push(
        await moveLane(
          reference,
          lane,
          choice,
          name,
          times(plot.moves, (step) => at + step * STEP),
        ),
      )
    }
    rounds.push({ alone, lanes: told })
  }
  return [...rounds, { alone: await askAbout(reference, now, choice), lanes: await lookBack(reference, lanes, now) }]
}

/** What a decision came to, as far as it must be alike on every store. */
export async function outcomeOf(store: Store, one: Order): Promise<unknown> {
  try {
    return settled(one, await obey(store, one))
  } catch {
    return "rejected"
  }
}

function settled({ part, method }: Order, outcome: unknown): unknown {
  // Nobody promised in which order a worker gets its rows.
  if (method === "claim") return [...(outcome as OutboxItem[])].sort((a, b) => (a.outboxId < b.outboxId ? -1 : 1))
  if (part !== "sessions" || method !== "check" || outcome === null) return outcome
  // A check doesn't wait for a slow store to note it: what is noted is seen by those that come after.
  const { user, session } = outcome as { user: object; session: object }
  return { user, session: { ...session, lastSeenAt: null, idleExpiresAt: null } }
}

async function moveLane(
  reference: Store,
  lane: Lane,
  choice: Choice,
  name: string | undefined,
  ats: readonly number[],
): Promise<Told[]> {
  const told: Told[] = []
  for (const at of ats) {
    const move = moves[name ?? mixed[choice.below(mixed.length)] ?? ""]
    const one = move?.(lane, choice, at) ?? null
    if (one === null) continue
    const outcome = await outcomeOf(reference, one)
    noteOutcome(lane, one, outcome)
    told.push({ order: one, outcome })
  }
  return told
}

async function claimAll(reference: Store, lanes: readonly Lane[], at: number): Promise<Told> {
  const leaseId = newId(at)
  const told = await tell(
    reference,
    order("outbox", "claim", { leaseId, leaseUntil: at + 30 * SECOND, max: 100_000, at, latestDeadline: at + HOUR }),
  )
  for (const item of told.outcome as OutboxItem[]) {
    const lane = lanes.find(({ addresses }) => addresses.includes(item.address))
    lane?.leases.push({ item, leaseId })
  }
  return told
}

async function askAbout(reference: Store, at: number, choice: Choice): Promise<Told[]> {
  const max = choice.pick([1, 7, 100_000])
  const prefix = choice.pick(["", "a", "b1", "zz"])
  const orders = [
    order("users", "list", { after: null, max, prefix, onlyDisabled: choice.oneIn(2) }),
    order("sessions", "listAll", { after: null, max, at }),
    order("retention", "sweep", {
      at,
      max: 100_000,
      ...choice.pick([KEEP, { askedBefore: at - HOUR, endedBefore: at - HOUR, personsBefore: at - HOUR }]),
    }),
  ]
  const told: Told[] = []
  for (const one of orders) told.push(await tell(reference, one))
  return told
}

/** At the end: what every lane had last. */
async function lookBack(reference: Store, lanes: readonly Lane[], at: number): Promise<Told[][]> {
  const told: Told[][] = []
  for (const { flows, links, sessions, userIds } of lanes) {
    const orders = [
      ...flows.slice(-2).map(({ flowHash }) => order("requests", "latest", flowHash)),
      ...links.slice(-3).map(({ link }) => order("links", "inspect", link.tokenHash)),
      ...sessions.slice(-2).map(({ id }) => order("sessions", "find", { sessionId: id, at: at - DAY })),
      ...userIds.slice(-2).map((userId) => order("users", "find", { userId })),
      ...userIds.slice(-2).map((userId) => order("providers", "list", userId)),
    ]
    const own: Told[] = []
    for (const one of orders) own.push(await tell(reference, one))
    told.push(own)
  }
  return told
}

async function tell(reference: Store, one: Order): Promise<Told> {
  return { order: one, outcome: await outcomeOf(reference, one) }
}
