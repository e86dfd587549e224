import { setTimeout } from "node:timers/promises"
import type { AuditEvent } from "../core/audit/event.ts"
import type { LatestEvents } from "../core/audit/latest-events.ts"
import type { Store } from "../core/store.ts"
import type { CommandContext } from "./command-context.ts"
import { eventJson, eventLine } from "./event-line.ts"
import { exitCodes } from "./exit-codes.ts"
import { noReference, readUserReference, unknownUser } from "./find-user.ts"
import { printError } from "./print-error.ts"
import { stopSignal } from "./stop-signal.ts"
import { type StoreOptions, withStore } from "./with-store.ts"

export interface AuditTailOptions extends StoreOptions {
  readonly number: number
  readonly follow?: boolean
  readonly type?: string
  readonly user?: string
  readonly showEmails?: boolean
}

type Filter = Pick<LatestEvents, "type" | "person">

const POLL_EVERY = 500
const PAGE = 500
// A step of the way back through the log takes some 25 ms at most, so that Ctrl-C is heard and progress can be told.
const REACH = 50_000

/** Prints the newest events, oldest of them first, and with `--follow` those that come. */
export function auditTailCommand(context: CommandContext, options: AuditTailOptions): Promise<number> {
  return withStore(context, options, async ({ store }) => {
    const person = options.user === undefined ? null : await readPerson(context, store, options.user)
    if (typeof person === "number") return person
    const filter: Filter = { type: options.type ?? null, person }
    const stop = stopSignal()
    // Before the first look: what comes in meanwhile is told by following, not lost.
    const [newest] = (await store.audit.latest({ before: null, max: 1, reach: 1, type: null, person: null })).events
    const events = await readLatest(context, store, { ...filter, before: (newest?.seq ?? 0) + 1 }, options.number, stop)
    const print = (some: readonly AuditEvent[]) => printEvents(context, some, options.showEmails === true)
    const isRead = await print(events)
    if (isRead && options.follow === true) await follow(store, { filter, after: newest?.seq ?? 0, stop, print })
    else if (events.length === 0) return noEvents(context, person)
    return exitCodes.ok
  })
}

// Somebody who only asked is no user, but the log knows the address. A number is an exit code, and the reason was told.
async function readPerson(context: CommandContext, store: Store, text: string): Promise<Filter["person"] | number> {
  const reference = readUserReference(text)
  if (reference === null) return noReference(context, text)
  const user = await store.users.find(reference)
  if (user !== null) return { userId: user.id, address: user.email }
  return "address" in reference ? { userId: null, address: reference.address } : unknownUser(context, reference)
}

async function readLatest(
  context: CommandContext,
  store: Store,
  question: Filter & { readonly before: number },
  wanted: number,
  stop: AbortSignal,
): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = []
  let before: number | null = question.before
  while (before !== null && events.length < wanted && !stop.aborted) {
    const max = Math.min(PAGE, wanted - events.length)
    const page = await store.audit.latest({ ...question, before, max, reach: REACH })
    events.push(...page.events)
    before = page.before
    if (before !== null && events.length < wanted) await tellProgress(context, question.before - before)
  }
  if (context.canAsk) process.stderr.write("\r\u001b[K")
  return events.reverse()
}

// On one line that is written over, and only where somebody watches.
async function tellProgress(context: CommandContext, looked: number): Promise<void> {
  if (context.canAsk) process.stderr.write(`\rLooking back through ${looked.toLocaleString("en")} events …`)
  await setTimeout(0)
}

async function follow(
  store: Store,
  options: {
    readonly filter: Filter
    readonly after: number
    readonly stop: AbortSignal
    readonly print: (events: readonly AuditEvent[]) => Promise<boolean>
  },
): Promise<void> {
  const { filter, stop, print } = options
  let { after } = options
  let isRead = true
  while (isRead && !stop.aborted) {
    const events = await store.audit.read({ after, max: PAGE })
    after = events.at(-1)?.seq ?? after
    isRead = await print(events.filter((event) => fits(event, filter)))
    if (events.length < PAGE) await setTimeout(POLL_EVERY, undefined, { signal: stop }).catch(() => undefined)
  }
}

function fits(event: AuditEvent, { type, person }: Filter): boolean {
  if (type !== null && event.type !== type) return false
  if (person === null) return true
  const isUsers = person.userId !== null && event.userId === person.userId
  return isUsers || (person.address !== null && event.person?.address === person.address)
}

async function printEvents(
  context: CommandContext,
  events: readonly AuditEvent[],
  isEmailClear: boolean,
): Promise<boolean> {
  const show = context.isJson ? eventJson : eventLine
  return context.stream(events.map((event) => `${show(event, isEmailClear)}\n`).join(""))
}

function noEvents(context: CommandContext, person: Filter["person"]): number {
  if (person !== null && person.userId === null) {
    const message = `There is no user with the address ${person.address}, and no such event is about it.`
    return printError(context, { code: "unknown_user", message })
  }
  if (!context.isJson) context.printError("There is no such event.")
  return exitCodes.ok
}
