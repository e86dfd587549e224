import type { MoveProgress, OnProgress } from "../../core/move/move-progress.ts"
import type { CommandContext } from "../command-context.ts"
import { grouped } from "../grouped.ts"

const EVERY_MS = { terminal: 250, json: 1_000, lines: 5_000 } as const

interface Pace {
  readonly rowsPerSecond: number
  readonly secondsLeft: number
}

/** Shows how far a move is: a line that changes at a terminal, a line now and then elsewhere, a document each second with --json. */
export function createProgressLines(context: CommandContext): OnProgress {
  const isTerminal = process.stderr.isTTY === true && !context.isJson
  const every = EVERY_MS[context.isJson ? "json" : isTerminal ? "terminal" : "lines"]
  let phase = { name: "", startedAt: 0, rows: 0, isOver: false }
  let shownAt = 0
  return (progress) => {
    const now = performance.now()
    if (progress.phase !== phase.name) {
      phase = { name: progress.phase, startedAt: now, rows: progress.rows, isOver: false }
      shownAt = now
    }
    const isOver = progress.rows >= progress.total
    if (phase.isOver || (now - shownAt < every && !isOver)) return
    shownAt = now
    phase.isOver = isOver
    const pace = paceOf(progress, progress.rows - phase.rows, (now - phase.startedAt) / 1_000)
    if (context.isJson) context.print(JSON.stringify({ progress: { ...progress, ...pace } }))
    else if (isTerminal) process.stderr.write(`\r${says(progress, pace)}\u001b[K${isOver ? "\n" : ""}`)
    else context.printError(says(progress, pace))
  }
}

/** Takes the line away that a move left at the terminal when it failed. */
export function clearProgressLine(context: CommandContext): void {
  if (process.stderr.isTTY === true && !context.isJson) process.stderr.write("\r\u001b[K")
}

function paceOf({ rows, total }: MoveProgress, done: number, seconds: number): Pace {
  const rowsPerSecond = seconds > 0 ? Math.round(done / seconds) : 0
  return { rowsPerSecond, secondsLeft: rowsPerSecond > 0 ? Math.ceil((total - rows) / rowsPerSecond) : 0 }
}

function says({ phase, table, rows, total }: MoveProgress, { rowsPerSecond, secondsLeft }: Pace): string {
  const where = `${phase} ${table}: ${grouped(rows)} of ${grouped(total)} rows`
  const pace = rowsPerSecond > 0 ? `, ${grouped(rowsPerSecond)} a second` : ""
  return rows >= total ? `${phase}: ${grouped(rows)} rows${pace}` : `${where}${pace}, ${duration(secondsLeft)} left`
}

export function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 90) return `${whole} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
