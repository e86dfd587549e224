import { systemClock } from "../../core/clock.ts"
import { type ReplayedErasures, replayErasures } from "../../core/erasing/replay-erasures.ts"
import type { CommandContext } from "../command-context.ts"
import { isConfirmed } from "../confirm.ts"
import { exitCodes } from "../exit-codes.ts"
import { plural } from "../plural.ts"
import { printError } from "../print-error.ts"
import { type StoreOptions, withStore } from "../with-store.ts"
import { chooseCommandJournal } from "./choose-command-journal.ts"
import { createEraseProgress } from "./erase-progress.ts"
import { type Rewriting, wipeAfter } from "./wipe-after.ts"
import { withLimitsInRedis } from "./with-limits-in-redis.ts"

export interface ReplayOptions extends StoreOptions, Rewriting {
  readonly yes?: boolean
}

/** Erases again whoever the journal names and a restored backup brought back. */
export async function replayErasuresCommand(context: CommandContext, options: ReplayOptions): Promise<number> {
  let replayed: ReplayedErasures | null = null
  const exitCode = await withStore(
    context,
    options,
    async (opened) => {
      const chosen = chooseCommandJournal(context, opened, { journal: true })
      if (chosen.status === "refused") return chosen.exitCode
      const { journal } = chosen
      if (journal === null) return noJournal(context)
      const message = `Everybody whom ${journal.name} names would be erased again, for good. Go on?`
      if (!(await isConfirmed(context, { message, isYes: options.yes, isFinal: true }))) return exitCodes.failed
      const progress = createEraseProgress(context)
      replayed = await withLimitsInRedis(context, opened, (store) =>
        replayErasures({ store, settings: opened.settings, clock: systemClock }, journal, {
          by: "cli",
          onProgress: progress.tell,
        }),
      ).finally(progress.end)
      return exitCodes.ok
    },
    { secret: true },
  )
  return replayed === null ? exitCode : report(context, options, replayed)
}

async function report(
  context: CommandContext,
  options: ReplayOptions,
  { marks, outcomes: _, unreadable, ...replayed }: ReplayedErasures,
): Promise<number> {
  const { entries, people, unknownKeys, requests, persons } = replayed
  const erased = { status: "replayed", entries, people, requests, persons, unknownKeys, unreadable } as const
  const found = `${plural(people, "person", "people")} of ${plural(entries, "entry", "entries")} in the journal`
  const deleted = `${plural(requests, "request")} and ${plural(persons, "entry", "entries")} of personal data deleted`
  const exitCode = await wipeAfter(context, options, { erased, marks, says: `${found} erased again: ${deleted}.` })
  // What a program reads says so already.
  if (!context.isJson) for (const problem of problems(unknownKeys, unreadable)) context.printError(problem)
  return exitCode === exitCodes.ok && (unknownKeys > 0 || unreadable.length > 0) ? exitCodes.incomplete : exitCode
}

function problems(unknownKeys: number, unreadable: readonly number[]): readonly string[] {
  const list: string[] = []
  if (unknownKeys > 0) {
    const cure =
      "Add it at the end of LINKLATCH_SECRET and run this again: until then only their users were looked for."
    list.push(`${plural(unknownKeys, "entry", "entries")} came from a secret that isn't listed any more. ${cure}`)
  }
  if (unreadable.length > 0) list.push(`Nobody can read line ${unreadable.join(", ")} of the journal.`)
  return list
}

function noJournal(context: CommandContext): number {
  const message = "There is no journal of erasures: ERASURE_JOURNAL is off."
  return printError(context, { code: "no_journal", message }, exitCodes.configuration)
}
