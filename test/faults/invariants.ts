import { commitTo } from "../../src/core/audit/commitment.ts"
import { hashToken, parseToken } from "../../src/core/links/token.ts"
import type { Dump } from "../attack/dump-tables.ts"
import { secretFinder } from "../attack/find-secrets.ts"
import { reconcileTables } from "../attack/reconcile.ts"
import type { SealedLog } from "./log-watch.ts"
import type { Delivered } from "./mailboxes.ts"
import type { Witness } from "./witness.ts"

/** All that is known of a round when it is over. */
export interface Evidence {
  readonly tables: Dump
  /** The log as it stood at some moments of the round, oldest first. */
  readonly earlierLogs: readonly Rows[]
  readonly sealed: SealedLog
  readonly delivered: readonly Delivered[]
  readonly witness: Pick<Witness, "accepted" | "sessionsOf" | "secrets" | "strange">
  /** Files of the database and everything that was printed, by name. */
  readonly files: ReadonlyMap<string, Buffer>
  /** Whether all processes went by one clock, and nobody moved it. */
  readonly isOneClock: boolean
  /** Whether the log's positions have no gaps on this engine. */
  readonly isDense: boolean
}

type Rows = readonly Readonly<Record<string, unknown>>[]

export const INVARIANTS = ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "answers"] as const
export type Invariant = (typeof INVARIANTS)[number]

export interface Violation {
  readonly invariant: Invariant
  readonly what: string
}

const checks: Readonly<Record<Invariant, (evidence: Evidence) => readonly string[]>> = {
  I1: oneSessionPerLink,
  I2: everySessionIsTold,
  I3: stateAndEventsAgree,
  I4: everyRequestHasItsEnd,
  I5: noMailTooLate,
  I6: logIsWhole,
  I7: noSecretLeaked,
  answers: ({ witness }) => witness.strange,
}

/** Everything that may never be, whatever fails. Empty when all is well. */
export function findViolations(evidence: Evidence): readonly Violation[] {
  return INVARIANTS.flatMap((invariant) => checks[invariant](evidence).map((what) => ({ invariant, what })))
}

function oneSessionPerLink({ tables, witness }: Evidence): readonly string[] {
  const seen = [...witness.sessionsOf].filter(([, times]) => times > 1)
  const consumed = countBy(eventsOf(tables, "link_consumed"), (event) => String(detailOf(event)["linkId"]))
  const told = [...consumed].filter(([, times]) => times > 1)
  const [sessions, links] = [rowsOf(tables, "sessions").length, consumedLinks(tables).length]
  return [
    ...seen.map(([, times]) => `a link started ${times} sessions`),
    ...told.map(([linkId, times]) => `the log tells ${times} times that ${linkId} was used`),
    ...(sessions > links ? [`${sessions} sessions of ${links} used links`] : []),
  ]
}

function everySessionIsTold({ tables }: Evidence): readonly string[] {
  const created = new Map(eventsOf(tables, "session_created").map((event) => [detailOf(event)["sessionId"], event]))
  const consumed = countBy(eventsOf(tables, "link_consumed"), (event) => `${event["user_id"]} at ${event["at"]}`)
  return rowsOf(tables, "sessions").flatMap((session) => {
    const event = created.get(session["session_id"])
    const moment = `${session["user_id"]} at ${session["created_at"]}`
    const left = consumed.get(moment) ?? 0
    consumed.set(moment, left - 1)
    return [
      ...(event?.["user_id"] === session["user_id"] ? [] : [`session ${session["session_id"]} has no session_created`]),
      ...(left > 0 ? [] : [`session ${session["session_id"]} has no link_consumed`]),
    ]
  })
}

function stateAndEventsAgree({ tables }: Evidence): readonly string[] {
  return reconcileTables(tables)
}

const ENDS = new Set(["sent", "queued", "withheld", "given_up"])

function everyRequestHasItsEnd({ tables, witness, delivered }: Evidence): readonly string[] {
  const requests = rowsOf(tables, "sign_in_requests")
  const mails = new Map(rowsOf(tables, "outbox").map((mail) => [mail["request_id"], mail]))
  const written = countBy(requests, ({ address }) => String(address))
  const accepted = countBy(witness.accepted, ({ address }) => address)
  const arrived = countBy(delivered, ({ to }) => to)
  const sent = countBy(
    requests.filter(({ request_id }) => mails.get(request_id)?.["state"] === "sent"),
    ({ address }) => String(address),
  )
  return [
    ...[...accepted].flatMap(([address, times]) =>
      times > (written.get(address) ?? 0) ? [`${address} was accepted ${times} times and isn't written so often`] : [],
    ),
    ...[...sent].flatMap(([address, times]) =>
      times > (arrived.get(address) ?? 0) ? [`mail to ${address} is told as sent and never arrived`] : [],
    ),
    ...requests.flatMap(({ request_id, address }) => {
      const { state, reason } = mails.get(request_id) ?? {}
      const isReasoned = state === "sent" || state === "queued" || typeof reason === "string"
      return ENDS.has(String(state)) && isReasoned ? [] : [`the request of ${address} is ${state}, ${reason}`]
    }),
  ]
}

function noMailTooLate({ tables, delivered, isOneClock }: Evidence): readonly string[] {
  const links = new Map(rowsOf(tables, "magic_link_tokens").map((link) => [link["token_hash"], link]))
  const mails = new Map(rowsOf(tables, "outbox").map((mail) => [mail["request_id"], mail]))
  return delivered.flatMap((one) => {
    const token = parseToken(one.token)
    const link = token === null ? undefined : links.get(hashToken(token))
    if (link === undefined) return [`mail to ${one.to} with a link that is nowhere`]
    // Where clocks are moved in between, "over" has no one meaning: test/attack/p6-clocks.test.ts says what holds then.
    if (!isOneClock) return []
    const isDead = one.at >= Number(link["expires_at"])
    const isMintedLate = Number(link["minted_at"]) >= Number(mails.get(link["request_id"])?.["deadline"])
    return isDead || isMintedLate ? [`mail to ${one.to} after its life was over`] : []
  })
}

function logIsWhole(evidence: Evidence): readonly string[] {
  return [...eventsAreWhole(evidence), ...sealFaults(evidence.sealed, rowsOf(evidence.tables, "auth_events").length)]
}

function eventsAreWhole({ tables, earlierLogs, isDense }: Evidence): readonly string[] {
  const log = rowsOf(tables, "auth_events")
  const people = new Map(rowsOf(tables, "auth_event_pii").map((person) => [person["pii_id"], person]))
  const bySeq = new Map(log.map((event) => [event["seq"], JSON.stringify(event)]))
  const changed = earlierLogs.flat().filter((event) => bySeq.get(event["seq"]) !== JSON.stringify(event))
  return [
    ...(bySeq.size === log.length ? [] : ["two events share a position"]),
    ...(new Set(log.map(({ event_id }) => event_id)).size === log.length ? [] : ["two events share an id"]),
    ...log.flatMap((event, index) => [...eventFaults(event, people), ...orderFaults(event, index, log, isDense)]),
    ...changed.map(({ seq }) => `event ${seq} was changed or is gone`),
  ]
}

/** Every event has one place, under one root for each size that anybody ever signed. */
export function sealFaults({ verdict, signed, forks }: SealedLog, events: number): readonly string[] {
  const texts = Map.groupBy(signed, ({ size }) => size)
  const twice = [...texts].filter(([, ofSize]) => new Set(ofSize.map(({ text }) => text)).size > 1)
  return [
    ...verdict.findings.map(({ code, message }) => `${code}: ${message}`),
    ...(verdict.size === events ? [] : [`${events} events, and ${verdict.size} of them are sealed`]),
    ...(verdict.uncovered === 0 ? [] : [`${verdict.uncovered} sealed events are under no checkpoint`]),
    ...twice.map(([size]) => `two roots were signed for ${size} events`),
    ...(forks === 0 ? [] : [`a witness was given ${forks} checkpoints that don't follow`]),
  ]
}

function eventFaults(event: Row, people: ReadonlyMap<unknown, Row>): readonly string[] {
  const { seq, pii_id: id, commitment } = event
  if (typeof detailOf(event) !== "object") return [`event ${seq} can't be read`]
  if (id === null) return commitment === null ? [] : [`event ${seq} commits to nobody`]
  const person = people.get(id)
  if (person === undefined) return [`event ${seq} has lost its person`]
  const { address, ip, user_agent: userAgent, salt } = person
  const expected = commitTo({ address, ip, userAgent } as Parameters<typeof commitTo>[0], salt as Uint8Array)
  return expected === commitment ? [] : [`the commitment of event ${seq} doesn't verify`]
}

function orderFaults({ seq }: Row, index: number, log: Rows, isDense: boolean): readonly string[] {
  if (isDense) return seq === index + 1 ? [] : [`event ${seq} stands at position ${index + 1}`]
  const before = log[index - 1]?.["seq"]
  return before === undefined || Number(before) < Number(seq) ? [] : [`event ${seq} stands after ${before}`]
}

function noSecretLeaked({ files, witness }: Evidence): readonly string[] {
  const findSecrets = secretFinder(witness.secrets)
  return [...files].flatMap(([name, bytes]) => {
    const found = findSecrets(bytes)
    return found.length === 0 ? [] : [`${found.length} secrets in ${name}`]
  })
}

type Row = Readonly<Record<string, unknown>>

function rowsOf(tables: Dump, name: string): Rows {
  const rows = tables[name]
  if (rows === undefined) throw new Error(`There is no table ${name}.`)
  return rows
}

function eventsOf(tables: Dump, type: string): Rows {
  return rowsOf(tables, "auth_events").filter((event) => event["type"] === type)
}

function consumedLinks(tables: Dump): Rows {
  return rowsOf(tables, "magic_link_tokens").filter((link) => link["consumed_at"] !== null)
}

function detailOf(event: Row): Readonly<Record<string, unknown>> {
  return JSON.parse(String(event["detail"]))
}

function countBy<T>(list: readonly T[], key: (one: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const one of list) counts.set(key(one), (counts.get(key(one)) ?? 0) + 1)
  return counts
}
