import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, it } from "vitest"
import type { SignedCheckpoint } from "../../src/checkpoints.ts"
import { silentLog } from "../../src/core/log.ts"
import { verifierKeys } from "../../src/core/sealing/log-identity.ts"
import { Sequencer } from "../../src/core/sealing/sequencer.ts"
import { type LogVerdict, verifyLog } from "../../src/core/verifying/verify-log.ts"
import { identity } from "../../src/testing/contract/steps/sequence.ts"
import { createSeededRandom } from "../../src/testing.ts"
import { type App, askForMail, tokenOf } from "../app.ts"
import { dumpTables } from "../attack/dump-tables.ts"
import { ownApp, ownFile } from "../attack/own-app.ts"
import { untilIdle } from "../attack/until-idle.ts"
import { type Evidence, findViolations, INVARIANTS, type Invariant } from "./invariants.ts"
import type { SealedLog } from "./log-watch.ts"

type Row = Record<string, unknown>
type Tables = Record<string, Row[]>
/** What a lie changes: the tables, what people saw, and what lies in files. */
interface Scene {
  readonly tables: Tables
  readonly evidence: { -readonly [Key in keyof Evidence]: Evidence[Key] }
}

let truth: Evidence

beforeEach(async () => {
  truth = await signInTruly()
})

describe("what is looked for after each round", () => {
  it("is not there when nothing is wrong", () => {
    expect(findViolations(truth)).toEqual([])
    expect(truth.tables["sessions"]).toHaveLength(2)
    expect(truth.tables["outbox"]?.map(({ state }) => state).toSorted()).toEqual([
      "given_up",
      "sent",
      "sent",
      "withheld",
    ])
  })

  const lies: readonly (readonly [Invariant, string, (scene: Scene) => void])[] = [
    ["I1", "a second session of one link, seen by a person", ({ evidence }) => seeTwice(evidence)],
    ["I1", "a link that was used twice by the log", ({ tables }) => repeat(tables, "auth_events", "link_consumed")],
    [
      "I1",
      "a session more than used links",
      ({ tables }) => tables["sessions"]?.push({ ...first(tables, "sessions") }),
    ],
    ["I2", "a session without session_created", ({ tables }) => drop(tables, "auth_events", "session_created")],
    ["I2", "a session without link_consumed", ({ tables }) => drop(tables, "auth_events", "link_consumed")],
    ["I3", "an event without its state", ({ tables }) => void tables["users"]?.pop()],
    ["I3", "state without its event", ({ tables }) => drop(tables, "auth_events", "link_requested")],
    ["I3", "a mail that is sent by the table alone", ({ tables }) => drop(tables, "auth_events", "link_sent")],
    ["I4", "a request that was accepted and is nowhere", ({ evidence }) => accept(evidence, "carol@example.com")],
    ["I4", "a request accepted twice and written once", ({ evidence }) => accept(evidence, "ada@example.com")],
    ["I4", "a mail that is told as sent and never came", ({ evidence }) => forget(evidence)],
    ["I4", "a mail given up without a reason", ({ tables }) => set(tables, "outbox", "given_up", { reason: null })],
    ["I4", "a request without a mail", ({ tables }) => void tables["outbox"]?.shift()],
    ["I5", "a mail after its link was over", ({ evidence }) => arriveAt(evidence, 10 * 60_000)],
    [
      "I5",
      "a link made when its mail was to be given up",
      ({ tables }) => set(tables, "outbox", "sent", { deadline: 1 }),
    ],
    ["I5", "a mail with a link that nobody made", ({ tables }) => void tables["magic_link_tokens"]?.splice(0)],
    ["I6", "an event that is gone", ({ tables }) => void tables["auth_events"]?.splice(3, 1)],
    ["I6", "an event that was changed since", ({ tables }) => set(tables, "auth_events", "link_sent", { at: 1 })],
    ["I6", "events out of order", ({ tables }) => void tables["auth_events"]?.reverse()],
    [
      "I6",
      "personal data that was changed",
      ({ tables }) => void Object.assign(first(tables, "auth_event_pii"), { ip: "192.0.2.1" }),
    ],
    ["I6", "personal data that was lost", ({ tables }) => void tables["auth_event_pii"]?.shift()],
    ["I6", "something that verifying the log finds", ({ evidence }) => seal(evidence, { findings: [FINDING] })],
    ["I6", "an event that isn't sealed", ({ evidence, tables }) => seal(evidence, { size: sizeOf(tables) - 1 })],
    ["I6", "a sealed event under no checkpoint", ({ evidence }) => seal(evidence, { uncovered: 1 })],
    ["I6", "two roots that were signed for one size", ({ evidence }) => signTwice(evidence)],
    ["I6", "a checkpoint that a witness refused", ({ evidence }) => fork(evidence)],
    ["I7", "a token in what a process printed", ({ evidence }) => leak(evidence, "plain")],
    ["I7", "the bytes of a token in a database file", ({ evidence }) => leak(evidence, "bytes")],
    [
      "answers",
      "an answer that no fault excuses",
      ({ evidence }) => void (evidence.witness.strange as string[]).push("500"),
    ],
  ]

  it.each(lies)("%s: finds %s", (invariant, _title, lie) => {
    const tables = structuredClone(truth.tables) as Tables
    const { witness, files } = truth
    const own = { ...witness, accepted: [...witness.accepted], sessionsOf: new Map(witness.sessionsOf), strange: [] }
    const evidence = { ...truth, tables: tables as Evidence["tables"], witness: own, files: new Map(files) }
    lie({ tables, evidence })
    expect(findViolations(evidence).map((violation) => violation.invariant)).toContain(invariant)
  })

  it("has a lie for each", () => {
    expect(new Set(lies.map(([invariant]) => invariant))).toEqual(new Set(INVARIANTS))
  })
})

/** One person by link, one by code, one who is on no list, and one whose mailbox isn't there. */
async function signInTruly(): Promise<Evidence> {
  const path = await ownFile()
  const app = ownApp({ path, signUp: "allowlist", allowedDomains: ["example.com"], audit: { seal: false } })
  const [ada, bob, gone] = [app.browser(), app.browser(), app.browser()]
  const toAda = await askForMail(app, ada, "ada@example.com")
  await ada.press(toAda)
  const toBob = await askForMail(app, bob, "bob@example.com")
  await bob.post("/auth/code", { code: toBob.code })
  await app.browser().post("/auth/sign-in", { email: "stranger@elsewhere.test" })
  app.mailbox.failNext(1, { status: "failed", isPermanent: true, reason: "smtp_550" })
  await gone.post("/auth/sign-in", { email: "gone@example.com" })
  await untilIdle(app)
  const mails = [toAda, toBob]
  const addresses = ["ada@example.com", "bob@example.com", "stranger@elsewhere.test", "gone@example.com"]
  const sealed = await sealTruly(app)
  const tables = dumpTables(path)
  return {
    tables,
    earlierLogs: [structuredClone(tables["auth_events"] ?? [])],
    sealed,
    delivered: mails.map((mail) => ({ to: mail.to, token: tokenOf(mail), code: mail.code, at: app.clock.now() })),
    witness: {
      accepted: addresses.map((address) => ({ address, at: app.clock.now() })),
      sessionsOf: new Map(mails.map((mail) => [tokenOf(mail), 1])),
      secrets: new Set(mails.map(tokenOf)),
      strange: [],
    },
    files: new Map([path, `${path}-wal`].map((file) => [file, readFileSync(file)])),
    isOneClock: true,
    isDense: true,
  }
}

async function sealTruly({ store, clock }: App): Promise<SealedLog> {
  const signed: SignedCheckpoint[] = []
  const random = createSeededRandom(1)
  const onSigned = (checkpoint: SignedCheckpoint) => void signed.push(checkpoint)
  await new Sequencer({ context: { store, clock, random, log: silentLog }, identity, outlets: [], onSigned }).pass()
  const keys = { log: (origin: string) => verifierKeys(identity, origin), witnesses: [] }
  const outside = signed.map(({ note }) => ({ note, source: "what was signed" }))
  const verdict = await verifyLog(store.sealing, { keys, outside })
  return { verdict, signed: signed.map(({ size, note }) => ({ size, text: note })), forks: 0 }
}

const FINDING = { code: "event_changed", message: "Event 1 isn't the one that was sealed." } as const

function sizeOf(tables: Tables): number {
  return tables["auth_events"]?.length ?? 0
}

function seal(evidence: Scene["evidence"], change: Partial<LogVerdict>): void {
  evidence.sealed = { ...evidence.sealed, verdict: { ...evidence.sealed.verdict, ...change } }
}

function signTwice(evidence: Scene["evidence"]): void {
  const { signed } = evidence.sealed
  evidence.sealed = { ...evidence.sealed, signed: [...signed, ...signed.map((one) => ({ ...one, text: "another" }))] }
}

function fork(evidence: Scene["evidence"]): void {
  evidence.sealed = { ...evidence.sealed, forks: 1 }
}

function first(tables: Tables, name: string): Row {
  const [row] = tables[name] ?? []
  if (row === undefined) throw new Error(`${name} is empty.`)
  return row
}

/** The row of a table whose state or type this is. */
function find(tables: Tables, name: string, kind: string): Row {
  const row = tables[name]?.find(({ type, state }) => (type ?? state) === kind)
  if (row === undefined) throw new Error(`${name} holds nothing that is ${kind}.`)
  return row
}

function set(tables: Tables, name: string, kind: string, change: Row): void {
  Object.assign(find(tables, name, kind), change)
}

function drop(tables: Tables, name: string, kind: string): void {
  tables[name]?.splice(tables[name].indexOf(find(tables, name, kind)), 1)
}

function repeat(tables: Tables, name: string, kind: string): void {
  tables[name]?.push({ ...find(tables, name, kind) })
}

function seeTwice({ witness }: Scene["evidence"]): void {
  const [token = ""] = witness.sessionsOf.keys()
  witness.sessionsOf.set(token, 2)
}

function accept({ witness }: Scene["evidence"], address: string): void {
  ;(witness.accepted as { address: string; at: number }[]).push({ address, at: 0 })
}

function arriveAt(evidence: Scene["evidence"], laterMs: number): void {
  evidence.delivered = evidence.delivered.map((one) => ({ ...one, at: one.at + laterMs }))
}

function forget(evidence: Scene["evidence"]): void {
  evidence.delivered = []
}

function leak(evidence: Scene["evidence"], form: "plain" | "bytes"): void {
  const [token = ""] = evidence.witness.secrets
  const bytes = form === "plain" ? Buffer.from(`link ${token}`) : Buffer.from(token, "base64url")
  evidence.files = new Map([...evidence.files, ["leak", bytes]])
}
