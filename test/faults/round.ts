import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import type { Dump } from "../attack/dump-tables.ts"
import type { CampaignDatabase } from "./campaign-database.ts"
import { Fleet, type Site } from "./fleet.ts"
import { findViolations, type Violation } from "./invariants.ts"
import { type LogWatch, openLogWatch, type SealedLog } from "./log-watch.ts"
import { type MailServer, openMailServer, type Trouble } from "./mail-server.ts"
import { Mailboxes } from "./mailboxes.ts"
import { openStore } from "./open-store.ts"
import { crowd, ORIGIN, type Town } from "./people.ts"
import type { SmtpStage } from "./points.ts"
import { DATABASE_PASSWORD } from "./postgres-server.ts"
import { recoveriesOf } from "./recoveries.ts"
import { openResendServer, type ResendServer } from "./resend-server.ts"
import { Witness } from "./witness.ts"

/** A site under load for one fault. */
export interface Round extends Town {
  readonly database: CampaignDatabase
  readonly smtp: MailServer
  readonly resend: ResendServer
  readonly logWatch: LogWatch
  /** What the SMTP server does beside its usual: null for the usual. */
  trouble: (stage: SmtpStage) => Trouble | null
  /** Keeps the log as it stands now, to see later that it stood. */
  keepLog(): Promise<void>
}

export interface RoundOptions {
  readonly database: CampaignDatabase
  readonly people: number
  readonly mail?: "smtp" | "resend"
  /** Whether leases run out by moving the clocks on, rather than by waiting half a minute. */
  readonly isShort: boolean
  /** Whether the fault leaves all processes on one clock. */
  readonly isOneClock?: boolean
}

/** Does its worst, and says how long each time took until all was well again, or null where deaths say it. */
export type Act = (round: Round) => Promise<readonly number[] | null>

export interface RoundResult {
  readonly violations: readonly Violation[]
  /** Milliseconds from each fault until what it had held up was done. */
  readonly recoveries: readonly number[]
  readonly mails: number
  /** Mails beyond one for each request that was sent. */
  readonly duplicates: number
  /** People whose link was used up by a press whose answer was lost: they must ask again. */
  readonly unanswered: number
  readonly people: number
}

const OUTPUT = "output.log"
const SITES = 4
const LEASE_MS = 31_000
const REST_WITHIN_MS = 90_000
// A lease that somebody took along ends after two seconds, and a second later at most somebody asks for it.
const SEALED_WITHIN_MS = 7_000
const LAST_MAIL_MS = 3_000
/** Whoever finds these in a file has found a leak. */
const SITE_SECRET = "canary-site-secret-9f3b1c7a5e2d4860-canary"
const AUDIT_KEY = "canary-audit-key-4e8d2a6c0b9f1357-canary"
const MAIL_PASSWORD = "canary-mail-password-5d1e8f7a6b2c-canary"

/** Starts a site, keeps people busy while `act` does its worst, lets the site come to rest, and looks at what is left. */
export async function runRound(options: RoundOptions, act: Act): Promise<RoundResult> {
  const { database, isShort } = options
  const folder = mkdtempSync(join(tmpdir(), "linklatch-round-"))
  const outputFile = join(folder, OUTPUT)
  const logs: Dump[string][] = []
  const going = new AbortController()
  const round = await openRound(options, folder, going.signal, logs)
  const { fleet, witness, mailboxes } = round
  let isOver = false
  const busy = crowd(round, options.people, () => isOver)
  try {
    const measured = await act(round)
    isOver = true
    await comeToRest(round, busy, going, isShort)
    if (fleet.fallen.length > 0) witness.strange.push(...fleet.fallen, lastWords(outputFile))
    for (const code of await fleet.stop()) if (code !== 0) witness.strange.push(`a process ended with ${code}`)
    const sealed = await readSealedLog(round)
    const tables = await database.dump()
    const files = new Map([...(await database.files()), ["output.log", readFileSync(outputFile)]])
    const { delivered } = mailboxes
    const { isOneClock = true } = options
    const { isDense } = database
    const sent = (tables["outbox"] ?? []).filter(({ state }) => state === "sent").length
    return {
      violations: findViolations({
        tables,
        earlierLogs: logs,
        sealed,
        delivered,
        witness,
        files,
        isOneClock,
        isDense,
      }),
      recoveries: measured ?? (isShort ? [] : recoveriesOf(tables, fleet.deaths)),
      mails: delivered.length,
      duplicates: delivered.length - sent,
      unanswered: witness.unanswered.length,
      people: await busy,
    }
  } finally {
    isOver = true
    going.abort(new Error("The round is over."))
    fleet.spare()
    await busy
    await fleet.stop()
    await Promise.all([round.smtp.close(), round.resend.close(), round.logWatch.close()])
    rmSync(folder, { recursive: true })
  }
}

/** What Node printed of a process that ended by itself, among the lines of the log. */
function lastWords(outputFile: string): string {
  const lines = readFileSync(outputFile, "utf8").split("\n")
  return lines
    .filter((line) => line !== "" && !line.startsWith("{"))
    .slice(0, 12)
    .join("\n")
}

async function openRound(
  { database, mail = "smtp" }: RoundOptions,
  folder: string,
  signal: AbortSignal,
  logs: Dump[string][],
): Promise<Round> {
  const [witness, mailboxes] = [new Witness(), new Mailboxes()]
  for (const secret of [SITE_SECRET, AUDIT_KEY, MAIL_PASSWORD, DATABASE_PASSWORD]) witness.noteSecret(secret)
  const clockOf = (from: string) => Date.now() + (fleet.sites.find(({ name }) => name === from)?.aheadMs ?? 0)
  const smtp = await openMailServer({
    trouble: (stage, from, to) => troubleAt(round, tried, stage, from, to),
    deliver: (to, raw, from) => mailboxes.deliver(to, raw, clockOf(from)),
  })
  const resend = await openResendServer((to, text) => mailboxes.deliver(to, text, Date.now()))
  const logWatch = await openLogWatch(folder, AUDIT_KEY)
  const fleet = new Fleet({
    size: SITES,
    outputFile: join(folder, OUTPUT),
    errand: (name) => ({
      audit: logWatch.errand,
      databaseUrl: database.url,
      redisUrl: database.redis?.url ?? null,
      baseUrl: ORIGIN,
      secret: SITE_SECRET,
      mail:
        mail === "smtp"
          ? { smtpUrl: `smtp://${name}:${MAIL_PASSWORD}@127.0.0.1:${smtp.port}` }
          : { resendUrl: resend.url, apiKey: MAIL_PASSWORD },
    }),
  })
  const tried = new Set<string>()
  const keepLog = async () => void logs.push((await database.dump())["auth_events"] ?? [])
  const round: Round = {
    fleet,
    smtp,
    resend,
    logWatch,
    mailboxes,
    witness,
    signal,
    database,
    trouble: () => null,
    keepLog,
  }
  await fleet.start()
  await Promise.all(fleet.sites.map(untilReady))
  return round
}

/** Its tables are there, and it can write. */
async function untilReady({ port }: Site): Promise<void> {
  while ((await fetch(`http://127.0.0.1:${port}/readyz`)).status !== 200) await pause(50)
}

/** Some addresses get their mail at the second try, others never; and at some stages a process has to die. */
function troubleAt(round: Round, tried: Set<string>, stage: SmtpStage, from: string, to: string): Trouble | null {
  if (round.fleet.doomOf(from)?.point === `smtp:${stage}`) round.fleet.kill(from)
  const trouble = round.trouble(stage)
  if (trouble !== null || stage !== "rcpt-to") return trouble
  if (to.startsWith("gone-")) return { reply: 550 }
  if (!to.startsWith("later-") || tried.has(to)) return null
  tried.add(to)
  return { reply: 450 }
}

/** Nobody comes any more, nobody dies any more, and whatever the dead held runs out. */
async function comeToRest(round: Round, busy: Promise<number>, going: AbortController, isShort: boolean) {
  const { fleet, database, witness } = round
  for (const { point } of fleet.spare()) witness.strange.push(`nobody died at ${point}`)
  const until = Date.now() + REST_WITHIN_MS
  await untilNothingWaits(round, until, isShort)
  // Whose mail was given up waits for nothing; whoever has just got theirs may finish.
  await Promise.race([busy, pause(LAST_MAIL_MS)])
  going.abort(new Error("The round is over."))
  await busy
  await untilNothingWaits(round, until, isShort)
  const queued = await database.countQueued()
  if (queued > 0) witness.strange.push(`${queued} mails still wait`)
  await untilSealed(round)
}

/** While processes still run: none of them has to be stopped for the log to be sealed to its end. */
async function untilSealed({ database, witness }: Round): Promise<void> {
  const since = Date.now()
  let unsealed = await database.countUnsealed()
  for (; unsealed > 0 && Date.now() - since < SEALED_WITHIN_MS; unsealed = await database.countUnsealed())
    await pause(100)
  if (unsealed > 0)
    witness.strange.push(`${unsealed} events weren't sealed ${SEALED_WITHIN_MS} ms after all was at rest`)
}

async function readSealedLog({ database, logWatch }: Round): Promise<SealedLog> {
  const store = openStore(database)
  try {
    return await logWatch.read(store)
  } finally {
    await store.close()
  }
}

async function untilNothingWaits({ fleet, database }: Round, until: number, isShort: boolean): Promise<void> {
  for (let turn = 1; Date.now() < until; turn++) {
    if ((await database.countQueued()) === 0) return
    await pause(isShort ? 100 : 250)
    if (isShort && turn % 10 === 0) fleet.moveClocks(LEASE_MS)
  }
}
