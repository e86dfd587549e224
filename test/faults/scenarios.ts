import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type CampaignDatabase, openPostgres, openPostgresWithRedis, openSqliteFile } from "./campaign-database.ts"
import { type FloodResult, runFlood, showFlood } from "./flood.ts"
import { killAt } from "./kills.ts"
import {
  canTrace,
  clocksApart,
  clocksMoved,
  failCalls,
  fillDisk,
  holdLock,
  limitFiles,
  type Outage,
  outage,
  resendTrouble,
  rollOut,
  smtpGone,
  smtpTrouble,
  standStill,
} from "./outages.ts"
import { type Engine, type Point, pointsOn } from "./points.ts"
import {
  CUTS,
  crashServer,
  cutAt,
  cutConnections,
  limitStatements,
  lockTables,
  readOnly,
  restartServer,
  takeAllConnections,
  terminateAtRandom,
} from "./postgres-outages.ts"
import { flushRedis, freezeRedis, killRedis } from "./redis-outages.ts"
import { type RoundResult, runRound } from "./round.ts"
import type { Cut } from "./tcp-proxy.ts"

/** One row of the campaign: a fault, and how to bring it about so many times. */
export interface Scenario {
  /** `sqlite: kill -9 at after:links.mint` */
  readonly name: string
  readonly engine: Engine
  readonly kind: "kill" | "outage"
  run(runs: number): Promise<RoundResult>
}

const PEOPLE = 8
const HOUR_MS = 3_600_000

interface NamedOutage extends Outage {
  readonly name: string
  readonly mail?: "smtp" | "resend"
  readonly isOneClock?: boolean
  readonly open?: () => Promise<CampaignDatabase>
}

/** What befalls a site whatever its database is. */
const EVERYWHERE: readonly NamedOutage[] = [
  { name: "each process stopped and started in turn", begin: rollOut, holdMs: 0 },
  { name: "two of four processes stand still for 35 s", begin: standStill, holdMs: 35_000 },
  { name: "clocks of two processes two hours apart", begin: clocksApart, holdMs: 4_000, isOneClock: false },
  { name: "all clocks moved on by an hour", begin: clocksMoved(HOUR_MS), holdMs: 3_000, isOneClock: false },
  { name: "all clocks moved back by an hour", begin: clocksMoved(-HOUR_MS), holdMs: 3_000, isOneClock: false },
  { name: "SMTP answers 421", begin: smtpTrouble("greeted", { reply: 421 }), holdMs: 3_000 },
  { name: "SMTP answers 450 to RCPT", begin: smtpTrouble("rcpt-to", { reply: 450 }), holdMs: 3_000 },
  { name: "SMTP answers 451 after DATA", begin: smtpTrouble("data-ended", { reply: 451 }), holdMs: 3_000 },
  { name: "SMTP answers 550 to RCPT", begin: smtpTrouble("rcpt-to", { reply: 550 }), holdMs: 3_000 },
  { name: "SMTP takes a message and is silent", begin: smtpTrouble("data-ended", "hang"), holdMs: 3_000 },
  { name: "SMTP takes a message and hangs up", begin: smtpTrouble("data-ended", "cut"), holdMs: 3_000 },
  { name: "SMTP hangs up in a message", begin: smtpTrouble("rcpt-to", "cut"), holdMs: 3_000 },
  { name: "SMTP server gone", begin: smtpGone, holdMs: 3_000 },
  {
    name: "Resend answers 429 with Retry-After: 2",
    begin: resendTrouble(() => ({ status: 429, retryAfterSeconds: 2 })),
    holdMs: 3_000,
    mail: "resend",
  },
  { name: "Resend answers 500", begin: resendTrouble(() => ({ status: 500 })), holdMs: 3_000, mail: "resend" },
  {
    name: "Resend takes a message and is silent",
    begin: resendTrouble(() => "silence"),
    holdMs: 3_000,
    mail: "resend",
  },
]

const FLOOD_EVENTS = 50_000
// Of each process: eight of them are 4,000 together.
const FLOOD_PER_SECOND = 500
const FLOOD_STOPS = ["after:sealing.unsealed", "after:sealing.extend"]
const FLOODS: readonly (readonly [name: string, aheadMs: number])[] = [
  ["eight processes write 50,000 events each; one that seals is killed, two stand still", 0],
  ["the same, with the clock of one an hour ahead", HOUR_MS],
  ["the same, with the clock of one an hour behind", -HOUR_MS],
]

/** Only where strace is installed: `npm run faults` says so where it isn't. */
const DISK_ERRORS: readonly NamedOutage[] = canTrace()
  ? [
      {
        name: "EIO from fsync in two of four processes for 3 s",
        begin: failCalls("fsync,fdatasync", "EIO"),
        holdMs: 3_000,
      },
      {
        name: "ENOSPC from pwrite in two of four processes for 3 s",
        begin: failCalls("pwrite64", "ENOSPC"),
        holdMs: 3_000,
      },
    ]
  : []
export const leftOut = DISK_ERRORS.length === 0 ? "Without strace the disk errors EIO and ENOSPC are left out." : null

const canMount = process.getuid?.() === 0 && process.platform === "linux"
const SQLITE_OUTAGES: readonly NamedOutage[] = [
  { name: "the write lock held by somebody for 7 s", begin: holdLock, holdMs: 7_000, isAway: true },
  canMount
    ? { name: "disk full (a tmpfs of 24 MB)", begin: fillDisk, holdMs: 3_000, isAway: true, open: openOnSmallDisk }
    : { name: "disk full (RLIMIT_FSIZE)", begin: limitFiles, holdMs: 3_000, isAway: true },
  ...DISK_ERRORS,
]

const POSTGRES_OUTAGES: readonly NamedOutage[] = [
  { name: "server restarted", begin: restartServer, holdMs: 0 },
  { name: "server crashed, back after 3 s", begin: crashServer, holdMs: 3_000, isAway: true },
  { name: "pg_terminate_backend at random, ten a second for 4 s", begin: terminateAtRandom, holdMs: 4_000 },
  { name: "all connections cut, five times a second for 3 s", begin: cutConnections, holdMs: 3_000 },
  { name: "two tables locked by somebody for 12 s", begin: lockTables, holdMs: 12_000 },
  { name: "no connection to be had for 3 s", begin: takeAllConnections, holdMs: 3_000, isAway: true },
  { name: "statement_timeout of 2 ms for 3 s", begin: limitStatements, holdMs: 3_000 },
  { name: "read-only for 3 s", begin: readOnly, holdMs: 3_000, isAway: true },
]

const REDIS_OUTAGES: readonly NamedOutage[] = [
  { name: "Redis killed, back after 3 s", begin: killRedis, holdMs: 3_000, open: openPostgresWithRedis },
  { name: "Redis silent for 3 s", begin: freezeRedis, holdMs: 3_000, open: openPostgresWithRedis },
  { name: "Redis emptied, ten times a second for 3 s", begin: flushRedis, holdMs: 3_000, open: openPostgresWithRedis },
]

/** All rows of the campaign for one engine. */
export function scenariosOn(engine: Engine): readonly Scenario[] {
  const own = engine === "sqlite" ? SQLITE_OUTAGES : [...POSTGRES_OUTAGES, ...REDIS_OUTAGES]
  return [
    ...pointsOn(engine).map((point) => killRow(engine, point)),
    ...(engine === "sqlite" ? [] : CUTS.map(cutRow)),
    ...[...own, ...EVERYWHERE].map((one) => outageRow(engine, one)),
    ...FLOODS.map(([name, aheadMs]) => floodRow(engine, name, aheadMs)),
  ]
}

const openFor = { sqlite: () => openSqliteFile(), postgres: openPostgres }

function killRow(engine: Engine, point: Point): Scenario {
  return {
    name: `${engine}: kill -9 at ${point}`,
    engine,
    kind: "kill",
    run: (runs) =>
      withDatabase(openFor[engine], (database) =>
        runRound({ database, people: PEOPLE, isShort: false }, killAt(Array(runs).fill(point), true)),
      ),
  }
}

function cutRow(cut: Cut): Scenario {
  const word = cut.word.replaceAll(/[.(]/g, "")
  return {
    name: `postgres: connection cut ${cut.when === "before" ? `before ${word} arrives` : `before the answer of ${word} arrives`}`,
    engine: "postgres",
    kind: "kill",
    run: (runs) =>
      withDatabase(openPostgres, (database) =>
        runRound({ database, people: PEOPLE, isShort: false }, cutAt(cut, runs)),
      ),
  }
}

function outageRow(engine: Engine, one: NamedOutage): Scenario {
  const { name, mail = "smtp", isOneClock = true, open = openFor[engine] } = one
  return {
    name: `${engine}: ${name}`,
    engine,
    kind: "outage",
    run: (runs) =>
      withDatabase(open, (database) =>
        runRound({ database, people: PEOPLE, isShort: false, mail, isOneClock }, outage(one, runs)),
      ),
  }
}

/** Its recoveries are the longest times from a commit to a checkpoint. */
function floodRow(engine: Engine, name: string, aheadMs: number): Scenario {
  const flood = { processes: 8, events: FLOOD_EVENTS, perSecond: FLOOD_PER_SECOND, aheadMs, stopAt: FLOOD_STOPS }
  return {
    name: `${engine}: ${name}`,
    engine,
    kind: "outage",
    async run(runs) {
      const results: FloodResult[] = []
      for (let run = 0; run < runs; run += 1) {
        results.push(await withDatabase(openFor[engine], (database) => runFlood({ ...flood, database })))
        console.log(`   ${showFlood(results[run] as FloodResult)}`)
      }
      return {
        violations: results.flatMap(({ faults }) => faults.map((what) => ({ invariant: "I6" as const, what }))),
        recoveries: results.map(({ lag }) => lag.max),
        mails: 0,
        duplicates: 0,
        unanswered: 0,
        people: 0,
      }
    },
  }
}

async function withDatabase<T>(
  open: () => Promise<CampaignDatabase>,
  use: (database: CampaignDatabase) => Promise<T>,
): Promise<T> {
  const database = await open()
  try {
    return await use(database)
  } finally {
    await database.discard()
  }
}

async function openOnSmallDisk(): Promise<CampaignDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-disk-"))
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "linklatch-faults", folder])
  const database = await openSqliteFile(folder)
  return {
    ...database,
    async discard() {
      await database.discard()
      execFileSync("umount", [folder])
      rmSync(folder, { recursive: true })
    },
  }
}
