import { verifyLog } from "../../core/verifying/verify-log.ts"
import type { CommandContext } from "../command-context.ts"
import { exitCodes } from "../exit-codes.ts"
import { printError } from "../print-error.ts"
import { type KeyOptions, knownKeys } from "./known-keys.ts"
import { noKey } from "./no-key.ts"
import { checkpointFiles, readOutsideCheckpoints } from "./outside-checkpoints.ts"
import { printVerdict } from "./print-verdict.ts"
import { createVerifyProgress } from "./verify-progress.ts"
import { type LogOptions, withLog } from "./with-log.ts"

export interface AuditVerifyOptions extends LogOptions, KeyOptions {
  readonly checkpoint?: readonly string[]
  /** Names that the log gave up. */
  readonly former?: readonly string[]
}

/** Makes everything anew that the log claims, and says whether it is so. */
export async function auditVerifyCommand(context: CommandContext, options: AuditVerifyOptions): Promise<number> {
  return withLog(context, options, async ({ log, name, settings, outlets }) => {
    if (settings === null && options.key === undefined) return noKey(context)
    // Before the log: what is signed later covers more than is read here.
    const outside = readOutsideCheckpoints(checkpointFiles(options.checkpoint, outlets), options.former)
    if (outside.status === "failed") return printError(context, { code: "file_failed", message: outside.problem })
    const keys = knownKeys(settings, options, outlets)
    const begun = performance.now()
    const progress = createVerifyProgress(context)
    try {
      const verdict = await verifyLog(log, { keys, outside: outside.notes, onProgress: progress.show })
      progress.clear()
      const seconds = (performance.now() - begun) / 1_000
      printVerdict(context, verdict, { database: name, torn: outside.torn, seconds })
      return verdict.status === "proven" ? exitCodes.ok : exitCodes.findings
    } finally {
      progress.clear()
    }
  })
}
