import { exportFormats, type LogPlace } from "../../core/exporting/export-formats.ts"
import type { ExportedEvent } from "../../core/exporting/exported-event.ts"
import { oneLine } from "../../core/exporting/one-line.ts"
import type { LogHead, SealingStore } from "../../core/sealing/sealing-store.ts"
import { HASH_BYTES } from "../../core/tree/hash.ts"
import { TILE_WIDTH } from "../../core/tree/tile.ts"
import type { CommandContext } from "../command-context.ts"
import { exitCodes } from "../exit-codes.ts"
import { printError } from "../print-error.ts"
import { stopSignal } from "../stop-signal.ts"
import { version } from "../version.ts"
import { withStore } from "../with-store.ts"
import { type AuditExportOptions, explainMisuse } from "./export-options.ts"
import { createExportProgress } from "./export-progress.ts"
import { createExportReport, type ExportReport } from "./export-report.ts"
import { readExport } from "./export-source.ts"
import { type ExportTarget, TargetFailure } from "./export-target.ts"
import { openExportTarget } from "./open-export-target.ts"

/** Writes the sealed log out, in the order in which it was sealed, for other programs. */
export async function auditExportCommand(context: CommandContext, options: AuditExportOptions): Promise<number> {
  const misuse = explainMisuse(options)
  if (misuse !== null) return printError(context, { code: "usage", message: misuse }, exitCodes.usage)
  const failed = (error: unknown): number => {
    if (error instanceof TargetFailure) return printError(context, { code: error.code, message: error.message })
    throw error
  }
  return withStore(context, options, ({ store }) => exportLog(context, store.sealing, options).catch(failed))
}

async function exportLog(context: CommandContext, sealing: SealingStore, options: AuditExportOptions): Promise<number> {
  const { target, last, keep } = await openExportTarget(context, options)
  try {
    if (last !== null && !(await isOfLog(sealing, last))) return otherLog(context, last)
    const head = await sealing.head()
    const report = createExportReport(context, options)
    const from = startOf(last, head, options, report)
    await pump(context, { sealing, target, keep, options, report, head, from })
    return report.end(await sealing.backlog({ max: 10_000 }))
  } finally {
    await target.close()
  }
}

function startOf(
  last: LogPlace | null,
  { minIndex, size }: LogHead,
  options: AuditExportOptions,
  report: ExportReport,
): number {
  const from = last === null ? (options.from ?? 0) : last.index + 1
  // Whoever asked for all of it gets what there is; whoever goes on must hear that they came too late.
  if (from < minIndex && (last !== null || options.from !== undefined)) report.pruned(from, minIndex)
  if (from > size) report.beyond(from, size)
  return Math.max(from, minIndex)
}

interface Pump {
  readonly sealing: SealingStore
  readonly target: ExportTarget
  readonly keep: (place: LogPlace) => void
  readonly options: AuditExportOptions
  readonly report: ExportReport
  readonly head: LogHead
  readonly from: number
}

async function pump(context: CommandContext, { sealing, target, keep, options, report, head, from }: Pump) {
  const { write } = exportFormats[options.format]
  const to = options.to === undefined ? Number.POSITIVE_INFINITY : options.to + 1
  const range = { from, to, isFollowing: options.follow === true, stop: stopSignal() }
  const progress = createExportProgress(context, {
    total: Math.max(0, Math.min(head.size, to) - from),
    isPrinted: options.output === undefined && options.syslog === undefined,
  })
  const always = { version: version(), isEmailClear: options.showEmails === true }
  try {
    for await (const { events, checkpoint } of readExport(sealing, range)) {
      const chosen = events.filter((event) => isAsked(event, options))
      const records = chosen.map((event) => {
        const isCovered = checkpoint !== null && checkpoint.size > event.index
        const scope = {
          ...always,
          origin: checkpoint?.origin ?? null,
          checkpointSize: isCovered ? checkpoint.size : null,
        }
        return { event, line: oneLine(write(event, scope)) }
      })
      for (const event of chosen) if (event.state !== "sealed") report.damaged(event)
      if (records.length > 0 && !(await target.write(records))) return
      report.wrote(chosen)
      const done = events.at(-1)
      if (done !== undefined) keep(done)
      progress.tell((done?.index ?? from) + 1 - from)
    }
  } finally {
    progress.clear()
  }
}

// A missing event has no type and no time: that it is missing is told in any case.
function isAsked(event: ExportedEvent, { type, since, until }: AuditExportOptions): boolean {
  if (event.state === "missing") return true
  if (type !== undefined && event.type !== type) return false
  return (since === undefined || event.at >= since) && (until === undefined || event.at < until)
}

// The hash at a place is another one in every other log, and in this one after a backup was restored and it went on differently.
async function isOfLog(sealing: SealingStore, { index, hash }: LogPlace): Promise<boolean> {
  const tile = await sealing.tile({ level: 0, index: Math.floor(index / TILE_WIDTH) })
  const at = (index % TILE_WIDTH) * HASH_BYTES
  return (
    tile !== null &&
    Buffer.from(tile)
      .subarray(at, at + HASH_BYTES)
      .toString("hex") === hash
  )
}

function otherLog(context: CommandContext, { index }: LogPlace): number {
  const message = [
    `What was exported until now isn't of this log: another event was sealed at index ${index}, or none.`,
    "If a backup was restored, begin a new file; if not, ask `linklatch audit verify` what happened.",
  ].join(" ")
  return printError(context, { code: "other_log", message, index })
}
