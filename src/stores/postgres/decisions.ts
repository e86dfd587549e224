import type { AuditEvent } from "../../core/audit/event.ts"
import type { Database } from "./database.ts"
import { SharedCall } from "./shared-call.ts"
import { type EventRow, toEvent } from "./writer.ts"

/** What a function answers: what it decided, and the events that it committed. */
interface Answer {
  readonly outcome?: unknown
  readonly outcomes?: unknown
  readonly ended?: number
  readonly userId?: string | null
  readonly requests?: number
  readonly events?: readonly EventRow[] | null
}

/** The functions of the database as decisions; their events are published once they are committed. */
export interface Decisions {
  /** For a kind of decision that arrives often: those that arrive together share a call. */
  together<Decision, Outcome>(kind: {
    /** The function's name and what it takes, the array as JSON first. */
    readonly name: string
    readonly more?: readonly unknown[]
    readonly encode: (decision: Decision) => unknown
    readonly decode: (outcomes: unknown, decisions: readonly Decision[]) => readonly Outcome[]
    readonly keysOf?: (decision: Decision) => readonly (string | null | undefined)[]
  }): (decision: Decision) => Promise<Outcome>
  /** For one that is rare. */
  alone(name: string, decision: unknown): Promise<Answer>
  close(): Promise<void>
}

export function createDecisions(database: Database, publish: (events: readonly AuditEvent[]) => void): Decisions {
  const shared: SharedCall<never, unknown>[] = []

  async function call(name: string, args: readonly unknown[]): Promise<Answer> {
    const answer = (await database.call(name, args)) as Answer
    const { events } = answer
    // Not in this call: a listener that throws must not look like a decision that failed.
    if (events != null && events.length > 0) queueMicrotask(() => publish(events.map(toEvent)))
    return answer
  }

  return {
    together({ name, more = [], encode, decode, keysOf }) {
      const one = new SharedCall(async (decisions: readonly Parameters<typeof encode>[0][]) => {
        const { outcomes } = await call(name, [JSON.stringify(decisions.map(encode)), ...more])
        return decode(outcomes, decisions)
      }, keysOf)
      shared.push(one as never)
      return (decision) => one.decide(decision)
    },
    alone: (name, decision) => call(name, [JSON.stringify(decision)]),
    async close() {
      await Promise.all(shared.map((one) => one.close()))
    },
  }
}
