import { isoTime } from "../../core/clock.ts"
import type { Store } from "../../core/store.ts"
import { TILE_WIDTH } from "../../core/tree/tile.ts"
import { type PruneLimit, type PrunePlan, planPrune } from "../../core/verifying/plan-prune.ts"
import { type LogVerdict, verifyLog } from "../../core/verifying/verify-log.ts"
import { nameDatabase } from "../../server/database-url.ts"
import { commandClient } from "../command-client.ts"
import type { CommandContext } from "../command-context.ts"
import { isConfirmed } from "../confirm.ts"
import { exitCodes } from "../exit-codes.ts"
import { grouped } from "../grouped.ts"
import { printError } from "../print-error.ts"
import { type StoreOptions, withStore } from "../with-store.ts"
import { type KeyOptions, knownKeys } from "./known-keys.ts"
import { readLogSettings } from "./log-settings.ts"
import { noKey } from "./no-key.ts"
import { checkpointFiles, readOutsideCheckpoints } from "./outside-checkpoints.ts"
import { printVerdict } from "./print-verdict.ts"
import { createVerifyProgress } from "./verify-progress.ts"

export interface AuditPruneOptions extends StoreOptions, KeyOptions {
  readonly before: PruneLimit
  readonly checkpoint?: readonly string[]
  /** Names that the log gave up. */
  readonly former?: readonly string[]
  /** False with --no-outside. */
  readonly outside?: boolean
  readonly yes?: boolean
}

/** Deletes the oldest events of the log for good. What is left still verifies: the tree over them stays. */
export async function auditPruneCommand(context: CommandContext, options: AuditPruneOptions): Promise<number> {
  const settings = readLogSettings(context, options)
  if (settings === null && options.key === undefined) return noKey(context)
  return withStore(context, options, async ({ store, environment }) => {
    const { database, outlets } = environment
    const outside = readOutsideCheckpoints(checkpointFiles(options.checkpoint, outlets), options.former)
    if (outside.status === "failed") return printError(context, { code: "file_failed", message: outside.problem })
    // What goes can't be verified any more: this is the last moment to notice that somebody changed it.
    const begun = performance.now()
    const progress = createVerifyProgress(context)
    const keys = knownKeys(settings, options, outlets)
    const verdict = await verifyLog(store.sealing, { keys, outside: outside.notes, onProgress: progress.show })
    progress.clear()
    if (verdict.status === "faulty") {
      const seconds = (performance.now() - begun) / 1_000
      printVerdict(context, verdict, { database: nameDatabase(database), torn: outside.torn, seconds })
      return printError(
        context,
        { code: "not_pruned", message: "Nothing was pruned: what is wrong may be in what would go." },
        exitCodes.findings,
      )
    }
    const plan = await planPrune(store.sealing, options.before, coveredBy(verdict, options))
    if (plan.minIndex === plan.from) return nothingToPrune(context, verdict, options)
    if (!(await isConfirmed(context, { message: question(plan), isYes: options.yes, isFinal: true })))
      return exitCodes.failed
    return prune(context, store, plan)
  })
}

/** Up to where somebody vouches for what goes: outside of the database, unless they were told to do without. */
function coveredBy({ checkpoints, size }: LogVerdict, { outside }: AuditPruneOptions): number {
  if (outside === false) return Math.min(size, checkpoints.newest?.size ?? 0)
  return Math.min(size, checkpoints.coveredOutside)
}

function nothingToPrune(context: CommandContext, verdict: LogVerdict, options: AuditPruneOptions): number {
  const isUncovered = options.outside !== false && verdict.checkpoints.coveredOutside < verdict.size
  const whole = `Events go in bundles of ${TILE_WIDTH}, once all of a bundle are older, and the newest event stays.`
  const cure =
    "Give a checkpoint that was kept outside and covers what is to go with --checkpoint, or say --no-outside: then nobody can tell afterwards what was there."
  const message = isUncovered ? `Nothing was pruned. ${cure} ${whole}` : `Nothing was pruned. ${whole}`
  return printError(context, { code: "not_pruned", message })
}

function question({ from, minIndex, firstAt, lastAt }: PrunePlan): string {
  const time = (at: number | null) => (at === null ? "?" : isoTime(at))
  return `Delete ${grouped(minIndex - from)} events for good, #${from} to #${minIndex - 1}, from ${time(firstAt)} to ${time(lastAt)}?`
}

async function prune(context: CommandContext, store: Store, { from, minIndex }: PrunePlan): Promise<number> {
  // First: whoever finds them gone must find that somebody said so.
  await store.audit.append({
    type: "admin_action",
    detail: { action: "audit_pruned", minIndex, by: "cli" },
    at: Date.now(),
    userId: null,
    address: null,
    client: commandClient("audit prune"),
  })
  const progress = createVerifyProgress(context)
  let reached = from
  for (; reached < minIndex; reached += TILE_WIDTH) {
    const outcome = await store.sealing.prune({ bundle: reached / TILE_WIDTH })
    if (outcome === "refused") break
    progress.show({ events: reached - from, size: minIndex - from })
  }
  progress.clear()
  if (reached < minIndex) {
    const message = `${grouped(reached - from)} events were pruned, up to #${reached}, and no more: the next ones aren't covered by a checkpoint, or somebody else prunes.`
    return printError(context, { code: "not_pruned", message, events: reached - from, minIndex: reached })
  }
  if (context.isJson) context.print(JSON.stringify({ status: "pruned", events: minIndex - from, minIndex }))
  else
    context.print(
      `${grouped(minIndex - from)} events were pruned. The log now begins with #${minIndex}, and verifies as before.`,
    )
  return exitCodes.ok
}
