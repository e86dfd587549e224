import { readFileSync } from "node:fs"
import { isoTime } from "../../core/clock.ts"
import { writeVerifierKey } from "../../core/notes/verifier-key.ts"
import { type CheckProofOutcome, checkProof } from "../../core/verifying/check-proof.ts"
import { columns } from "../columns.ts"
import type { CommandContext } from "../command-context.ts"
import { exitCodes } from "../exit-codes.ts"
import { grouped } from "../grouped.ts"
import { printError } from "../print-error.ts"
import { type KeyOptions, knownKeys } from "./known-keys.ts"
import { readLogSettings } from "./log-settings.ts"
import { noKey } from "./no-key.ts"

export interface AuditCheckProofOptions extends KeyOptions {
  readonly dev?: boolean
}

const WIDTHS = [10]
// ECMA-262, "Time Values and Time Range": what is beyond is no date.
const MAX_TIME = 8.64e15
const STANDARD_INPUT = 0

/** Checks a proof by the keys of log and witnesses. It asks no database and no server. */
export function auditCheckProofCommand(context: CommandContext, path: string, options: AuditCheckProofOptions): number {
  const settings = readLogSettings(context, options)
  if (settings === null && options.key === undefined) return noKey(context)
  let text: string
  try {
    text = readFileSync(path === "-" ? STANDARD_INPUT : path, "utf8")
  } catch (error) {
    return printError(context, { code: "file_failed", message: `${path} can't be read: ${(error as Error).message}` })
  }
  const outcome = checkProof(text, knownKeys(settings, options))
  if (outcome.status === "invalid")
    return printError(context, { code: "invalid_proof", message: outcome.problem }, exitCodes.findings)
  context.print(context.isJson ? JSON.stringify(asJson(outcome)) : asProse(outcome))
  return exitCodes.ok
}

type Proven = Extract<CheckProofOutcome, { status: "proven" }>

function asJson({ status, index, leaf, checkpoint }: Proven) {
  const { origin, size, signedBy } = checkpoint
  const witnesses = checkpoint.witnesses.map(({ name, at }) => ({ name, at: isoTime(at * 1_000) }))
  return { status, index, event: readLeaf(leaf), origin, size, signedBy: writeVerifierKey(signedBy), witnesses }
}

function asProse({ index, leaf, checkpoint }: Proven): string {
  const { origin, size, signedBy, witnesses } = checkpoint
  const cosigned = witnesses.map(({ name, at }) => `${name} at ${isoTime(at * 1_000)}`)
  return [
    `Proven: event ${index} of the log ${origin}.`,
    columns(WIDTHS, ["happened", happenedSays(leaf)]),
    columns(WIDTHS, ["event", leaf]),
    columns(WIDTHS, [
      "covered",
      `by a checkpoint of ${grouped(size)} events, signed with ${writeVerifierKey(signedBy)}`,
    ]),
    columns(WIDTHS, ["witnesses", cosigned.length === 0 ? "none that is known here" : cosigned.join(", ")]),
  ].join("\n")
}

function happenedSays(leaf: string): string {
  const { type, at } = Object(readLeaf(leaf)) as Readonly<Record<string, unknown>>
  return typeof at === "number" && Math.abs(at) <= MAX_TIME ? `${type}, at ${isoTime(at)}` : String(type)
}

function readLeaf(leaf: string): unknown {
  try {
    return JSON.parse(leaf)
  } catch {
    // Proven all the same: a log may hold what we can't read.
    return leaf
  }
}
