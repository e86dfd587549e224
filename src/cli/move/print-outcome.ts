import { type Comparison, isEqual, isSameDigest, type TableComparison } from "../../core/move/compare-databases.ts"
import type { MoveOutcome } from "../../core/move/move-database.ts"
import { columns } from "../columns.ts"
import type { CommandContext } from "../command-context.ts"
import { exitCodes } from "../exit-codes.ts"
import { grouped } from "../grouped.ts"
import { type CommandError, printError } from "../print-error.ts"
import { duration } from "./create-progress-lines.ts"

export interface Finished {
  readonly outcome: MoveOutcome | { readonly status: "compared"; readonly comparison: Comparison }
  readonly from: string
  readonly to: string
  readonly seconds: number
  readonly heldUp: number
}

const WIDTHS = [18, 12, 12, 16]

/** Says what came of a move or a comparison. Returns the exit code. */
export function printOutcome(context: CommandContext, finished: Finished): number {
  const { outcome, heldUp } = finished
  if (heldUp > 0) warn(context, finished)
  if (!("comparison" in outcome)) return printError(context, refusalOf(finished, outcome))
  const { comparison } = outcome
  if (!context.isJson) context.print(tableOf(comparison))
  const difference = isEqual(comparison) ? null : findDifference(comparison)
  if (difference !== null) return printError(context, { ...differs(finished, difference), ...comparison })
  const status = outcome.status === "moved" ? "moved" : "same"
  const { from, to, seconds } = finished
  if (context.isJson) context.print(JSON.stringify({ status, from, to, seconds, heldUp, ...comparison }))
  else context.print(says(finished, comparison))
  return exitCodes.ok
}

function warn(context: CommandContext, { from, to }: Finished): void {
  if (context.isJson) return
  const problem = `Somebody wanted to write to ${from} meanwhile, and was held up: a server still runs on it.`
  context.printError(`${problem} Stop it: what it writes from now on never reaches ${to}.`)
}

function refusalOf(
  { from, to }: Finished,
  outcome: Exclude<Finished["outcome"], { comparison: Comparison }>,
): CommandError {
  if (outcome.status === "not_empty") {
    const message = `${to} isn't empty: there are rows in ${outcome.table}. Move into a database of its own. To compare the two: --verify-only.`
    return { code: "not_empty", message, database: to, table: outcome.table }
  }
  if (outcome.status === "lost") {
    const message = `Another process moves into ${to}. Let it finish, or stop it and run this again.`
    return { code: "not_empty", message, database: to }
  }
  const problem = outcome.isOther
    ? `${to} holds a part of another database, from a move out of ${outcome.from} that isn't finished.`
    : `${from} was written to since this move began, so what is in ${to} already is out of date.`
  const cure = outcome.isOther ? "Finish that move, or empty the target" : "Stop the servers, empty the target"
  return { code: "source_changed", message: `${problem} ${cure}, and run this again.`, database: to }
}

function tableOf({ tables }: Comparison): string {
  const lines = tables.map((one) => {
    const { table, source, target } = one
    const [rows, theirs] = [grouped(source.rows), grouped(target.rows)]
    const verdict = isSameDigest(source, target) ? "same" : "DIFFERS"
    return columns(WIDTHS, [table, rows.padStart(12), theirs.padStart(12), source.sha256.slice(0, 16), verdict])
  })
  const head = columns(WIDTHS, ["TABLE", "ROWS FROM".padStart(12), "ROWS TO".padStart(12), "SHA-256", ""])
  return [head, ...lines].join("\n")
}

function findDifference({ tables, numbers }: Comparison): string {
  const found = tables.find(({ source, target }) => !isSameDigest(source, target))
  if (found !== undefined) return explain(found)
  return numbers
    .map(({ table, source, target }) => `Numbers of ${table} would be given again from ${target} on, up to ${source}.`)
    .join(" ")
}

function explain({ table, difference }: TableComparison): string {
  if (difference === null) return `${table} differs.`
  const { row, status, columns: names } = difference
  if (status === "changed") return `${table} differs, first in row ${row}: ${names.join(", ")}.`
  return status === "missing"
    ? `${table} differs: the target lacks row ${row}.`
    : `${table} differs: row ${row} is in the target alone.`
}

function differs({ from, to, outcome }: Finished, difference: string): CommandError {
  const cure =
    outcome.status === "different"
      ? `Nothing opens ${to} as it is. Stop whatever writes to either, empty it, and move again.`
      : "After a move, servers that run on either make them differ."
  return { code: "different", message: `${from} and ${to} don't hold the same. ${difference} ${cure}` }
}

function says({ outcome, from, to, seconds }: Finished, { tables }: Comparison): string {
  const rows = grouped(tables.reduce((sum, { source }) => sum + source.rows, 0))
  if (outcome.status !== "moved") return `${from} and ${to} hold the same: ${rows} rows.`
  const next = `Start the servers with DATABASE_URL naming ${to}, and the LINKLATCH_SECRET that they had.`
  return `Moved ${rows} rows in ${duration(seconds)}, and both hold the same.\n${next} ${from} is as it was.`
}
