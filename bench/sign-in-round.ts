import { setTimeout as rest } from "node:timers/promises"
import type { Journey, Operation } from "./contenders/contender.ts"
import { type Load, type LoadResult, load } from "./load.ts"
import type { People } from "./people.ts"
import type { RunningSite } from "./running-site.ts"
import type { SiteFacts } from "./sites/serve-site.ts"

export interface RoundPlan {
  readonly connections: number
  /** How long people ask, and how long sessions are checked. Every link that was asked for is redeemed. */
  readonly forMs: number
  readonly maxAsks: number
}

export type Measured = Pick<LoadResult, "sent" | "perSecond" | "p50" | "p99"> & { readonly operation: Operation }

const OWED_WITHIN_MS = 60_000
// Enough to check sessions with, at a site where asking and redeeming aren't measured.
const FEW = 64

/** People ask, redeem what they got, and are checked: at one site, each step proved by what it left in the database. */
export async function measureSignIn(site: RunningSite, people: People, plan: RoundPlan): Promise<readonly Measured[]> {
  const { connections, forMs, maxAsks } = plan
  const has = (operation: Operation) => site.contender.measures.includes(operation)
  const measured: Measured[] = []
  const note = (operation: Operation, result: Omit<Measured, "operation">) => {
    if (has(operation)) measured.push({ ...result, operation })
  }
  const { askers, asked } = await ask(site, people, { ...plan, maxAsks: has("ask") ? maxAsks : Math.min(FEW, maxAsks) })
  note("ask", asked)
  if (!has("redeem") && !has("check")) return measured
  const links = await collect(site, asked)
  note("link", { ...asked, perSecond: links.perSecond })
  const presses = askers.map(({ email, ip, cookies }) => ({ link: links.byEmail.get(email) ?? "", cookies, ip }))
  const { sessions, redeemed } = await redeem(site, presses, { connections })
  note("redeem", redeemed)
  // For as long as people asked, and each session at least once.
  if (has("check")) note("check", await check(site, sessions, { connections, forMs, repeat: true }))
  const { endpoint } = site.journey
  if (has("endpoint") && endpoint !== undefined)
    note("endpoint", await check({ ...site, journey: endpoint }, sessions, { connections, forMs, repeat: true }))
  const { signOut } = site.journey
  if (has("signOut") && signOut !== undefined)
    note("signOut", await check({ ...site, journey: signOut }, sessions, { connections }))
  return measured
}

/** Somebody who asked, with the cookies of the browser that did. */
export interface Asker {
  readonly email: string
  readonly ip: string
  readonly cookies: string
}

export async function ask(
  site: RunningSite,
  people: People,
  { connections, forMs, maxAsks }: RoundPlan,
): Promise<{ readonly askers: readonly Asker[]; readonly asked: LoadResult }> {
  const { journey, facts, contender } = site
  const persons = people.peek(maxAsks)
  const before = await site.count(contender.counts.asked)
  const cookies: string[] = []
  const asked = await load({
    port: facts.port,
    connections,
    requests: persons.map((person) => journey.ask(person)),
    read: (reply, index) => (cookies[index] = journey.asked(reply)),
    forMs,
  })
  people.pass(asked.sent)
  prove("requests for a link", before + asked.sent, await site.count(contender.counts.asked))
  const askers = persons
    .slice(0, asked.sent)
    .map(({ email, ip }, index) => ({ email, ip, cookies: cookies[index] ?? "" }))
  return { askers, asked }
}

/** Waits until every link is out and nothing is owed any more: what comes next is measured alone. */
export async function collect(
  site: RunningSite,
  asked: LoadResult,
): Promise<{ readonly byEmail: ReadonlyMap<string, string>; readonly perSecond: number }> {
  const { links, lastAt } = await site.takeLinks(asked.sent)
  const byEmail = new Map(links.map(({ email, link }) => [email, link]))
  prove("links handed over", asked.sent, links.length)
  const { owed } = site.contender.counts
  const patience = Date.now() + OWED_WITHIN_MS
  while (owed !== undefined && (await site.count(owed)) > 0 && Date.now() < patience) await rest(10)
  if (owed !== undefined) prove("mails still owed", 0, await site.count(owed))
  return { byEmail, perSecond: asked.sent / ((lastAt - asked.startedAt) / 1_000) }
}

/** A link, and the browser that presses its button. */
export interface Press {
  readonly link: string
  readonly cookies: string
  readonly ip: string
}

export async function redeem(
  { contender: { counts }, ...site }: RunningSite,
  presses: readonly Press[],
  bounds: Pick<Load, "connections" | "forMs">,
): Promise<{ readonly sessions: readonly string[]; readonly redeemed: LoadResult }> {
  const { journey, facts } = site
  const people = async () => (counts.people === undefined ? 0 : site.count(counts.people))
  const before = { sessions: await site.count(counts.sessions), people: await people() }
  const sessions: string[] = []
  const redeemed = await load({
    ...bounds,
    port: facts.port,
    requests: presses.map(({ link, cookies, ip }) => journey.redeem(link, cookies, ip)),
    read: (reply, index) => (sessions[index] = journey.redeemed(reply)),
  })
  prove("sessions", before.sessions + redeemed.sent, await site.count(counts.sessions))
  prove("accounts", before.people, await people())
  return { sessions, redeemed }
}

export function check(
  { journey, facts }: { readonly journey: Pick<Journey, "check" | "checked">; readonly facts: SiteFacts },
  sessions: readonly string[],
  bounds: Pick<Load, "connections" | "forMs" | "repeat">,
): Promise<LoadResult> {
  return load({
    ...bounds,
    port: facts.port,
    requests: sessions.map((cookies) => journey.check(cookies)),
    read: (reply) => journey.checked(reply),
  })
}

function prove(what: string, expected: number, got: number): void {
  if (got !== expected) throw new Error(`Expected ${expected} ${what}, found ${got}.`)
}
