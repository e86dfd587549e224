import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type CampaignDatabase, openSqliteFile } from "./campaign-database.ts"
import { killAt } from "./kills.ts"
import {
  type Begin,
  clocksApart,
  clocksMoved,
  fillDisk,
  holdLock,
  limitFiles,
  outage,
  resendTrouble,
  smtpGone,
  smtpTrouble,
  standStill,
} from "./outages.ts"
import { type Engine, pointsOn } from "./points.ts"
import { type RoundResult, runRound } from "./round.ts"

/** One row of the campaign: a fault, and how to bring it about so many times. */
export interface Scenario {
  /** `sqlite: kill -9 at after:links.mint` */
  readonly name: string
  readonly engine: Engine
  readonly kind: "kill" | "outage"
  run(runs: number): Promise<RoundResult>
}

const PEOPLE = 12
const HOUR_MS = 3_600_000

interface Outage {
  readonly name: string
  readonly begin: Begin
  readonly holdMs: number
  readonly mail?: "smtp" | "resend"
  readonly isOneClock?: boolean
  readonly open?: () => Promise<CampaignDatabase>
}

/** What befalls a site whatever its database is. */
const EVERYWHERE: readonly Outage[] = [
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

const canMount = process.getuid?.() === 0 && process.platform === "linux"
const SQLITE_OUTAGES: readonly Outage[] = [
  { name: "the write lock held by somebody for 7 s", begin: holdLock, holdMs: 7_000 },
  canMount
    ? { name: "disk full (a tmpfs of 24 MB)", begin: fillDisk, holdMs: 3_000, open: openOnSmallDisk }
    : { name: "disk full (RLIMIT_FSIZE)", begin: limitFiles, holdMs: 3_000 },
]

/** All rows of the campaign for one engine. */
export function scenariosOn(engine: Engine): readonly Scenario[] {
  const open = openSqliteFile
  const kills = pointsOn(engine).map(
    (point): Scenario => ({
      name: `${engine}: kill -9 at ${point}`,
      engine,
      kind: "kill",
      run: (runs) =>
        withDatabase(open, (database) =>
          runRound({ database, people: PEOPLE, isShort: false }, killAt(Array(runs).fill(point), true)),
        ),
    }),
  )
  const outages = [...SQLITE_OUTAGES, ...EVERYWHERE].map(
    (one): Scenario => ({
      name: `${engine}: ${one.name}`,
      engine,
      kind: "outage",
      run: (runs) =>
        withDatabase(one.open ?? open, (database) => {
          const { begin, holdMs, mail = "smtp", isOneClock = true } = one
          return runRound({ database, people: PEOPLE, isShort: false, mail, isOneClock }, outage(begin, holdMs, runs))
        }),
    }),
  )
  return [...kills, ...outages]
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
