import { systemClock } from "../../core/clock.ts"
import { type ErasedPerson, erasePerson, type ToErase } from "../../core/erasing/erase-person.ts"
import { systemRandom } from "../../core/random.ts"
import type { CommandContext } from "../command-context.ts"
import { isConfirmed } from "../confirm.ts"
import { exitCodes } from "../exit-codes.ts"
import { noReference, readUserReference } from "../find-user.ts"
import { plural } from "../plural.ts"
import { printError } from "../print-error.ts"
import { type OpenedStore, type StoreOptions, withStore } from "../with-store.ts"
import { chooseCommandJournal } from "./choose-command-journal.ts"
import { createEraseProgress } from "./erase-progress.ts"
import { replayErasuresCommand } from "./replay-erasures.ts"
import { type Rewriting, wipeAfter } from "./wipe-after.ts"
import { withLimitsInRedis } from "./with-limits-in-redis.ts"

export interface UsersEraseOptions extends StoreOptions, Rewriting {
  readonly yes?: boolean
  readonly replay?: boolean
  /** False with --no-journal. */
  readonly journal: boolean
}

/** Erases a person; or everybody again who was erased before, after a backup was restored; or only what deleted rows left behind. */
export async function usersEraseCommand(
  context: CommandContext,
  whom: string | undefined,
  options: UsersEraseOptions,
): Promise<number> {
  const asked = [whom !== undefined, options.replay === true].filter(Boolean).length
  if (asked > 1) return misused(context, "--replay goes by the journal: name nobody.")
  if (options.replay === true) return replayErasuresCommand(context, options)
  if (whom !== undefined) return erase(context, whom, options)
  if (options.rewrite === true)
    return wipeAfter(context, options, { erased: { status: "nothing" }, marks: [], says: "" })
  return misused(context, "Say whom: a mail address, or a user's id.")
}

async function erase(context: CommandContext, whom: string, options: UsersEraseOptions): Promise<number> {
  const who = readUserReference(whom)
  if (who === null) return noReference(context, whom)
  let erased: ErasedPerson | null = null
  const exitCode = await withStore(
    context,
    options,
    async (opened) => {
      const message = await question(opened, who)
      if (!(await isConfirmed(context, { message, isYes: options.yes, isFinal: true }))) return exitCodes.failed
      const chosen = chooseCommandJournal(context, opened, options)
      if (chosen.status === "refused") return chosen.exitCode
      const progress = createEraseProgress(context)
      const erasing = { by: "cli", journal: chosen.journal, onProgress: progress.tell } as const
      erased = await withLimitsInRedis(context, opened, (store) =>
        erasePerson({ store, settings: opened.settings, clock: systemClock, random: systemRandom }, who, erasing),
      ).finally(progress.end)
      return exitCodes.ok
    },
    { secret: options.journal },
  )
  return erased === null ? exitCode : report(context, options, { who, erased })
}

async function question({ store }: OpenedStore, who: ToErase): Promise<string> {
  const user = await store.users.find(who)
  const name = user?.email ?? ("address" in who ? who.address : who.userId)
  const what = user === null ? "There is no such user. All that stands anywhere about" : "All that is known about"
  return `${what} ${name} would go, for good: nobody can bring it back. Go on?`
}

function report(
  context: CommandContext,
  options: UsersEraseOptions,
  { who, erased: { marks, ...erased } }: { readonly who: ToErase; readonly erased: ErasedPerson },
): Promise<number> {
  const name = "address" in who ? who.address : who.userId
  const address = "address" in who ? [Buffer.from(who.address)] : []
  return wipeAfter(context, options, { erased, marks: [...address, ...marks], says: says(name, erased) })
}

function says(name: string, { status, userId, sessionsEnded, requests, persons }: Omit<ErasedPerson, "marks">): string {
  if (status === "nothing") return `Nothing stood anywhere about ${name}.`
  const user = userId === null ? "" : `, the user ${userId}`
  const sessions = `${plural(sessionsEnded, "session")} ended`
  return `${name} is erased${user}: ${sessions}, ${plural(requests, "request")} and ${plural(persons, "entry", "entries")} of personal data deleted.`
}

function misused(context: CommandContext, message: string): number {
  return printError(context, { code: "usage", message }, exitCodes.usage)
}
