import type { Database } from "./database.ts"

const LOOK_AGAIN_AFTER = [1, 2, 5, 10, 20, 40, 80, 160, 320]

/**
 * The position up to which nothing can appear any more: that of the newest event, once all are done who wrote then. Null while one of
 * them doesn't end.
 */
export async function wholeThrough(database: Database): Promise<number | null> {
  const { top, writers } = (await database.look("log_writers", [])) as { top: number; writers: readonly string[] }
  let waitingFor = writers
  for (const milliseconds of LOOK_AGAIN_AFTER) {
    if (waitingFor.length === 0) return top
    await new Promise((resolve) => setTimeout(resolve, milliseconds))
    const now = (await database.look("log_writers", [])) as { writers: readonly string[] }
    waitingFor = waitingFor.filter((writer) => now.writers.includes(writer))
  }
  return waitingFor.length === 0 ? top : null
}
