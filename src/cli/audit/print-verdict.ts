import { isoTime } from "../../core/clock.ts"
import { writeVerifierKey } from "../../core/notes/verifier-key.ts"
import type { ProvenCheckpoint } from "../../core/verifying/checkpoint-ledger.ts"
import type { Finding } from "../../core/verifying/finding.ts"
import { type LogVerdict, MOST_WAITING } from "../../core/verifying/verify-log.ts"
import { columns } from "../columns.ts"
import type { CommandContext } from "../command-context.ts"
import { grouped } from "../grouped.ts"
import { plural } from "../plural.ts"

interface About {
  readonly database: string
  /** Pieces in files of checkpoints that are none. */
  readonly torn: number
  readonly seconds: number
}

const WIDTHS = [14]
const SHOWN = 20

/** Tells what came of verifying: in prose, or as one JSON document. */
export function printVerdict(context: CommandContext, verdict: LogVerdict, about: About): void {
  if (context.isJson) return context.print(JSON.stringify(verdictJson(verdict, about)))
  const lines =
    verdict.status === "proven" ? [headline(verdict, about)] : [alarm(verdict, about), "", ...findings(verdict)]
  context.print([...lines, "", ...facts(verdict, about), ...unknowns(verdict)].join("\n"))
}

function verdictJson(verdict: LogVerdict, { database, torn, seconds }: About) {
  const { newest, ...checkpoints } = verdict.checkpoints
  const [first = null] = verdict.findings
  return {
    ...verdict,
    database,
    first,
    seconds: Math.round(seconds * 1_000) / 1_000,
    checkpoints: { ...checkpoints, torn, newest: newest === null ? null : checkpointJson(newest) },
    canTellCutTail: checkpoints.outside > 0,
  }
}

function checkpointJson({ origin, size, source, isOutside, signedBy, witnesses, note }: ProvenCheckpoint) {
  const cosigned = witnesses.map(({ name, at }) => ({ name, at: isoTime(at * 1_000) }))
  return { origin, size, source, isOutside, signedBy: writeVerifierKey(signedBy), witnesses: cosigned, note }
}

function headline({ size, minIndex, uncovered }: LogVerdict, { database, seconds }: About): string {
  if (size === 0) return `${database}: nothing was sealed yet, so there is nothing to verify.`
  const pruned =
    minIndex === 0 ? "" : ` The ${grouped(minIndex)} before them were pruned, and the tree over them is whole.`
  const are = size - minIndex === 1 ? "1 event is" : `${grouped(size - minIndex)} events are`
  const pace = seconds < 1 ? "" : ` (${grouped(Math.round((size - minIndex) / seconds))} events a second)`
  return `${database}: proven. ${are} as sealed${uncovered === 0 ? " and signed" : ""}.${pruned}${pace}`
}

function alarm({ findingCount }: LogVerdict, { database }: About): string {
  return `${database}: NOT PROVEN. ${plural(findingCount, "finding")}, in the order of the log.`
}

function findings({ findings: found, findingCount }: LogVerdict): readonly string[] {
  const lines = found.slice(0, SHOWN).map((finding) => `  ${finding.code}: ${finding.message}${idOf(finding)}`)
  return findingCount > SHOWN ? [...lines, `  … and ${grouped(findingCount - SHOWN)} more; --json lists 1 000.`] : lines
}

function idOf({ id }: Finding): string {
  return id === undefined ? "" : ` (${id})`
}

function facts(verdict: LogVerdict, { torn }: About): readonly string[] {
  const { counts, checkpoints } = verdict
  const { newest } = checkpoints
  const all = checkpoints.kept + checkpoints.outside
  const cells: readonly (readonly [string, string] | null)[] = [
    ["personal data", personsSay(verdict)],
    [
      "checkpoints",
      `${checkpoints.matching} of ${all} fit: ${checkpoints.kept} kept, ${checkpoints.outside} from outside${torn > 0 ? `, ${torn} torn by a crash` : ""}`,
    ],
    newest === null ? null : ["newest", newestSays(newest)],
    ["not covered", uncoveredSays(verdict)],
    counts.backwards === 0
      ? null
      : ["clocks", `by them, ${eventsOf(counts.backwards)} happened before the one in front`],
    checkpoints.origins.length < 2 ? null : ["names", checkpoints.origins.join(", ")],
  ]
  return cells.filter((cell) => cell !== null).map((cell) => columns(WIDTHS, cell))
}

function personsSay({ counts, findings: found }: LogVerdict): string {
  const isAsItWas = found.every(({ code }) => code !== "person_changed")
  const rows = `${plural(counts.people, "row")}, ${isAsItWas ? "as sealed" : "not all of them as sealed"}`
  const gone = `${eventsOf(counts.withoutPerson)} without any: erased, or aged out`
  return counts.withoutPerson === 0 ? rows : `${rows}; ${gone}`
}

function uncoveredSays({ uncovered, waiting, size }: LogVerdict): string {
  if (uncovered === 0 && waiting.events === 0) return "nothing"
  const isMore = waiting.events >= MOST_WAITING
  return `${grouped(uncovered)} of ${grouped(size)} sealed events, and ${isMore ? "more than " : ""}${grouped(waiting.events)} that wait to be sealed: these can still be changed`
}

function eventsOf(count: number): string {
  return `${grouped(count)} ${count === 1 ? "event" : "events"}`
}

function newestSays({ origin, size, signedBy, witnesses }: ProvenCheckpoint): string {
  const cosigned = witnesses.map(({ name, at }) => `${name} at ${isoTime(at * 1_000)}`)
  const by = cosigned.length === 0 ? "" : `, cosigned by ${cosigned.join(", ")}`
  return `${grouped(size)} events of ${origin}, signed with ${writeVerifierKey(signedBy)}${by}`
}

function unknowns({ checkpoints, size }: LogVerdict): readonly string[] {
  if (checkpoints.outside > 0 || size === 0) return []
  return [
    "",
    "No checkpoint from outside was given. So nobody can tell here whether the end of the log was cut off, or the whole of it signed anew:",
    "give one that was kept out of the database's reach with --checkpoint, or set AUDIT_CHECKPOINT_FILE.",
  ]
}
