import { compareDatabases } from "../../core/move/compare-databases.ts"
import { BATCH, moveDatabase } from "../../core/move/move-database.ts"
import { nameDatabase } from "../../server/database-url.ts"
import { createScrub } from "../../server/scrub.ts"
import { databaseSecretsOf } from "../../server/server-config.ts"
import type { CommandContext } from "../command-context.ts"
import { printError } from "../print-error.ts"
import { explainFailure } from "../store-failure.ts"
import { clearProgressLine, createProgressLines } from "./create-progress-lines.ts"
import { prepareEnds } from "./prepare-ends.ts"
import { printOutcome } from "./print-outcome.ts"
import { type Ends, readEnds } from "./read-ends.ts"
import { EndFault, type OpenedEnds, withEnds } from "./with-ends.ts"

export interface MoveOptions {
  readonly from?: string
  readonly to: string
  readonly verifyOnly?: boolean
}

/** Moves everything from one database into another, or only compares the two. Returns the exit code. */
export async function moveCommand(context: CommandContext, options: MoveOptions): Promise<number> {
  const read = readEnds(context, options)
  if (read.status === "faulty") return printError(context, read.error, read.exitCode)
  const { ends } = read
  try {
    const refusal = await prepareEnds(context, ends, options.verifyOnly === true)
    if (refusal !== null) return printError(context, refusal)
    return await withEnds(ends, (opened) => act(context, ends, opened, options.verifyOnly === true))
  } catch (error) {
    return moveFailure(context, ends, error)
  }
}

async function act(context: CommandContext, ends: Ends, opened: OpenedEnds, isVerifyOnly: boolean): Promise<number> {
  const names = { from: nameDatabase(ends.from), to: nameDatabase(ends.to) }
  const { source, target } = opened
  if ((await source.identity()) === (await target.identity()))
    return printError(context, { code: "same_database", message: `${names.from} and ${names.to} are one database.` })
  const onProgress = createProgressLines(context)
  const startedAt = performance.now()
  const outcome = isVerifyOnly
    ? ({
        status: "compared",
        comparison: await compareDatabases({ source, target, batch: BATCH, onProgress }),
      } as const)
    : await moveDatabase({ source, target, from: names.from, onProgress })
  const seconds = (performance.now() - startedAt) / 1_000
  return printOutcome(context, { outcome, ...names, seconds, heldUp: await source.heldUp() })
}

function moveFailure(context: CommandContext, { from, to }: Ends, error: unknown): number {
  clearProgressLine(context)
  const isLost = error instanceof EndFault && error.isLost
  const cure = isLost ? " Run the same command again: it goes on where it was." : ""
  const scrub = createScrub([...databaseSecretsOf(from), ...databaseSecretsOf(to)])
  const code = error instanceof EndFault ? "store_unavailable" : "failed"
  return printError(context, { code, message: scrub(`${explainFailure(error)}${cure}`) })
}
