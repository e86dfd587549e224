import type { Wiped } from "../../core/erasing/wiped.ts"
import { readEnvironment } from "../../server/environment.ts"
import { wipeDatabase } from "../../server/wipe-database.ts"
import type { CommandContext } from "../command-context.ts"
import { exitCodes } from "../exit-codes.ts"
import { printFaults } from "../print-faults.ts"
import { storeFailure } from "../store-failure.ts"
import { databaseFaults, type StoreOptions } from "../with-store.ts"

export interface Rewriting {
  /** Undefined: where it takes a second or two. */
  readonly rewrite?: boolean
}

interface Erasure {
  /** What was erased, for programs. */
  readonly erased: { readonly status: string }
  readonly marks: readonly Uint8Array[]
  /** The same for people; empty for nothing to say. */
  readonly says: string
}

/** Does away with what deleted rows left in the database's files, and tells of all that was done. */
export async function wipeAfter(
  context: CommandContext,
  options: StoreOptions & Rewriting,
  { erased, marks, says }: Erasure,
): Promise<number> {
  const command = options.dev === true ? "dev" : "serve"
  const environment = readEnvironment(context.env, { command, directory: context.directory, isOnlyLooking: true })
  const faults = databaseFaults(environment)
  if (faults.length > 0) return printFaults(context, faults, [])
  const { database } = environment
  try {
    const wiped = await wipeDatabase(database, { marks, rewrite: howToRewrite(options) })
    if (context.isJson) context.print(JSON.stringify({ ...erased, files: wiped }))
    else context.print([says, lineOf(wiped)].filter((line) => line !== "").join("\n"))
    return wiped.status === "clean" || options.rewrite === false ? exitCodes.ok : exitCodes.incomplete
  } catch (error) {
    // Whoever asked must know that the person is gone all the same.
    if (says !== "") context.printError(says)
    return storeFailure(context, database, error)
  }
}

function howToRewrite({ rewrite }: Rewriting): "always" | "never" | "if_small" {
  if (rewrite === undefined) return "if_small"
  return rewrite ? "always" : "never"
}

function lineOf(wiped: Wiped): string {
  switch (wiped.status) {
    case "clean":
      return wiped.rewritten
        ? "The database's files were written anew, and hold no copy of it."
        : "The database's files hold no copy of it."
    case "left": {
      const megabytes = Math.max(1, Math.round(wiped.bytes / 1024 / 1024)).toLocaleString("en")
      const cure = `To write them anew, ${megabytes} MB, while nobody else can write: linklatch users erase --rewrite`
      return `Unused parts of the database's files may still hold copies of it. ${cure}`
    }
    case "busy":
      return "Somebody kept reading or writing, so that the database's files still hold copies of it. Later: linklatch users erase --rewrite"
    case "not_allowed":
      return `This role may not clean tables, whose files still hold copies of it. As their owner run: ${wiped.statement}`
  }
}
