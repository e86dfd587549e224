import { resolve } from "node:path"
import { exportFormats, type LogPlace } from "../../core/exporting/export-formats.ts"
import type { CommandContext } from "../command-context.ts"
import { openExportFile } from "./export-file.ts"
import type { AuditExportOptions } from "./export-options.ts"
import { openExportState } from "./export-state.ts"
import { openExportSyslog } from "./export-syslog.ts"
import type { OpenedTarget } from "./export-target.ts"

/** Opens what the options name: a file, a syslog server, or standard output. */
export async function openExportTarget(
  context: CommandContext,
  options: AuditExportOptions,
): Promise<OpenedTarget & { readonly keep: (place: LogPlace) => void }> {
  const state = options.state === undefined ? null : openExportState(resolve(context.directory, options.state))
  const { target, last } = await openTarget(context, options)
  // The file of state knows of events that were passed over, and of files that were put away.
  return { target, last: state === null ? last : state.last, keep: (place) => state?.keep(place) }
}

async function openTarget(context: CommandContext, options: AuditExportOptions): Promise<OpenedTarget> {
  const { output, syslog, resume, state } = options
  if (syslog !== undefined) return { target: openExportSyslog(syslog), last: null }
  if (output === undefined) return { target: standardOutput(context), last: null }
  const format = exportFormats[options.format]
  const isContinued = resume === true || state !== undefined
  return openExportFile({ path: resolve(context.directory, output), format, isContinued })
}

function standardOutput({ stream }: CommandContext): OpenedTarget["target"] {
  return {
    write: (records) => stream(records.map(({ line }) => `${line}\n`).join("")),
    close: async () => undefined,
  }
}
