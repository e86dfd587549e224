import { execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as pause } from "node:timers/promises"
import { signInOnce } from "./people.ts"
import type { Act, Round } from "./round.ts"

/** Begins a fault, and returns what ends it. */
export type Begin = (round: Round) => Promise<() => Promise<void> | void> | (() => Promise<void> | void)

/** A fault that comes and goes. */
export interface Outage {
  readonly begin: Begin
  readonly holdMs: number
  /** Whether no process can decide anything meanwhile. */
  readonly isAway?: boolean
}

/** Lets a fault come and go, so many times. Each time it measures how long after the end somebody signs in from beginning to end. */
export function outage({ begin, holdMs, isAway = false }: Outage, runs: number): Act {
  return async (round) => {
    const recoveries: number[] = []
    for (let run = 1; run <= runs; run++) {
      await pause(500)
      const end = await begin(round)
      try {
        await pause(holdMs)
        if (isAway) await expectNotReady(round)
      } finally {
        await end()
      }
      const endedAt = Date.now()
      await signInOnce(round, `after-${run}`)
      recoveries.push(Date.now() - endedAt)
      await round.keepLog()
    }
    return recoveries
  }
}

async function expectNotReady({ fleet, witness }: Round): Promise<void> {
  const answers = fleet.sites.map(({ port }) => fetch(`http://127.0.0.1:${port}/readyz`))
  for (const { status } of await Promise.all(answers)) {
    if (status !== 503) witness.strange.push(`/readyz says ${status} while the store is away`)
  }
}

/** Somebody holds the write lock of a SQLite file. */
export const holdLock: Begin = ({ database }) => {
  const other = new DatabaseSync(database.url.slice("sqlite:".length), { timeout: 10_000 })
  other.exec("begin immediate")
  return () => other.close()
}

/** Fills the file system that the database is on, to the last byte. */
export const fillDisk: Begin = ({ database }) => {
  const filler = join(database.folder, "filler")
  const file = openSync(filler, "w")
  for (const bytes of [1_048_576, 4_096]) writeUntilFull(file, Buffer.alloc(bytes, 1))
  closeSync(file)
  return () => rmSync(filler)
}

function writeUntilFull(file: number, block: Buffer): void {
  try {
    for (;;) writeSync(file, block)
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== "ENOSPC") throw fault
  }
}

/** The same to the processes alone, where nobody may mount: no file of theirs may grow beyond a page (RLIMIT_FSIZE). */
export const limitFiles: Begin = ({ fleet }) => {
  const limit = (bytes: string) => {
    for (const { child } of fleet.sites) execFileSync("prlimit", ["--pid", String(child.pid), `--fsize=${bytes}:`])
  }
  limit("4096")
  return () => limit("unlimited")
}

/** The kernel fails every third of these calls of half of the processes (strace). */
export function failCalls(calls: string, error: "EIO" | "ENOSPC"): Begin {
  return async ({ fleet }) => {
    const traced = fleet.sites.slice(0, fleet.sites.length / 2)
    const inject = ["-e", `trace=${calls}`, "-e", `inject=${calls}:error=${error}:when=3+3`, "-o", "/dev/null"]
    const tracers = traced.map(({ child }) => spawn("strace", ["-f", "-p", String(child.pid), ...inject]))
    // It says so when it has attached itself.
    await Promise.all(tracers.map(({ stderr }) => once(stderr, "data")))
    return async () => {
      const ends = tracers.map((tracer) => once(tracer, "exit"))
      for (const tracer of tracers) tracer.kill("SIGINT")
      await Promise.all(ends)
    }
  }
}

/** Whether strace is here, and may look into a process. */
export function canTrace(): boolean {
  return spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0
}

/** Half of the processes stand still, as a machine does that is out of memory or moved elsewhere. */
export const standStill: Begin = ({ fleet }) => {
  const still = fleet.sites.slice(0, fleet.sites.length / 2)
  for (const { child } of still) child.kill("SIGSTOP")
  return () => {
    for (const { child } of still) child.kill("SIGCONT")
  }
}

/** Each process is stopped in good order and another started, one after the other, as a new version is brought out. */
export const rollOut: Begin = async ({ fleet }) => {
  for (const site of [...fleet.sites]) await fleet.replace(site)
  return () => undefined
}

/** One process is an hour ahead, another an hour behind. */
export const clocksApart: Begin = ({ fleet }) => {
  const [ahead, behind] = fleet.sites
  if (ahead !== undefined) fleet.setClock(ahead, 3_600_000)
  if (behind !== undefined) fleet.setClock(behind, -3_600_000)
  return () => {
    for (const site of [ahead, behind]) if (site !== undefined) fleet.setClock(site, 0)
  }
}

/** All clocks are moved by an hour, and back again at the end. */
export function clocksMoved(ms: number): Begin {
  return ({ fleet }) => {
    fleet.moveClocks(ms)
    return () => fleet.moveClocks(-ms)
  }
}

/** The SMTP server does something else at one stage, for everybody. */
export function smtpTrouble(
  stage: Parameters<Round["trouble"]>[0],
  trouble: NonNullable<ReturnType<Round["trouble"]>>,
): Begin {
  return (round) => {
    round.trouble = (now) => (now === stage ? trouble : null)
    return () => {
      round.trouble = () => null
    }
  }
}

/** Nobody listens where mail is taken. */
export const smtpGone: Begin = ({ smtp }) => smtp.goAway()

export function resendTrouble(answer: Round["resend"]["answer"]): Begin {
  return ({ resend }) => {
    resend.answer = answer
    return () => {
      resend.answer = () => "sent"
    }
  }
}
