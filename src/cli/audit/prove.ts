import { writeFileSync } from "node:fs"
import type { ProvenCheckpoint } from "../../core/verifying/checkpoint-ledger.ts"
import { eventAt, type FindOutcome, type FoundEvent, findEvent } from "../../core/verifying/find-event.ts"
import { proveEvent } from "../../core/verifying/prove-event.ts"
import type { ReadableLog } from "../../core/verifying/readable-log.ts"
import type { CommandContext } from "../command-context.ts"
import { exitCodes } from "../exit-codes.ts"
import { grouped } from "../grouped.ts"
import { printError } from "../print-error.ts"
import { type KeyOptions, knownKeys } from "./known-keys.ts"
import { noKey } from "./no-key.ts"
import { createVerifyProgress } from "./verify-progress.ts"
import { type LogOptions, withLog } from "./with-log.ts"

export interface AuditProveOptions extends LogOptions, KeyOptions {
  readonly output?: string
}

/** Which event: its id, or `#` and its index. */
type EventName = { readonly id: string } | { readonly index: number }

const ID_SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
// Not without the mark: a bare number may be the position that `audit tail --json` shows.
const INDEX_SHAPE = /^#(\d{1,15})$/

function readEventName(text: string): EventName | null {
  const [, index] = INDEX_SHAPE.exec(text) ?? []
  if (index !== undefined) return { index: Number(index) }
  return ID_SHAPE.test(text) ? { id: text } : null
}

/** Writes a proof that an event is in the log, which stands alone. */
export function auditProveCommand(context: CommandContext, which: string, options: AuditProveOptions): Promise<number> {
  const name = readEventName(which)
  return withLog(context, options, async ({ log, settings }) => {
    if (name === null) return misnamed(context, which)
    if (settings === null && options.key === undefined) return noKey(context)
    const found = await find(context, log, name)
    if (found.status !== "found") return notFound(context, which, found.status)
    const outcome = await proveEvent(log, found, knownKeys(settings, options))
    if (outcome.status !== "proven") return notProven(context, found.index, outcome.status)
    return handOver(context, { found, ...outcome }, options.output)
  })
}

interface Proven {
  readonly found: FoundEvent
  readonly proof: string
  readonly checkpoint: ProvenCheckpoint
}

async function handOver(
  context: CommandContext,
  { found, proof, checkpoint }: Proven,
  output: string | undefined,
): Promise<number> {
  const { origin, size } = checkpoint
  const bytes = Buffer.byteLength(proof)
  const told = { status: "proven", index: found.index, id: found.row.id, origin, size, bytes }
  if (output === undefined) {
    if (context.isJson) context.print(JSON.stringify({ ...told, proof }))
    else await context.stream(proof)
    return exitCodes.ok
  }
  try {
    writeFileSync(output, proof, { flag: "wx" })
  } catch (error) {
    const message = `${output} can't be written: ${(error as Error).message}`
    return printError(context, { code: "file_failed", message })
  }
  if (context.isJson) context.print(JSON.stringify({ ...told, output }))
  else
    context.print(
      `Event ${found.index} is proven in a checkpoint of ${grouped(size)} events: ${output}, ${bytes} bytes.`,
    )
  return exitCodes.ok
}

async function find(context: CommandContext, log: ReadableLog, name: EventName): Promise<FindOutcome> {
  if ("index" in name) return eventAt(log, name.index)
  const progress = createVerifyProgress(context)
  try {
    return await findEvent(log, name.id, (events, size) => progress.show({ events, size }))
  } finally {
    progress.clear()
  }
}

function misnamed(context: CommandContext, which: string): number {
  const message = `"${which}" is neither the id of an event, as \`audit tail --json\` shows it, nor #INDEX.`
  return printError(context, { code: "usage", message }, exitCodes.usage)
}

function notFound(context: CommandContext, which: string, status: "pruned" | "unknown"): number {
  const message =
    status === "pruned"
      ? `Event ${which} was pruned: nobody has it any more, but for its hash.`
      : `There is no event ${which} in the sealed log. One that has just happened is sealed within a second; one that was pruned is gone.`
  return printError(context, { code: "unknown_event", message })
}

function notProven(context: CommandContext, index: number, status: "not_covered" | "differs"): number {
  if (status === "not_covered") {
    const message = `No checkpoint that a known key signed covers event ${index} yet. Try again in a second, while a server runs; an older key may be given with --key.`
    return printError(context, { code: "not_covered", message })
  }
  const message = `Event ${index} isn't what was signed. To see what is wrong with the log: linklatch audit verify.`
  return printError(context, { code: "invalid_proof", message }, exitCodes.findings)
}
