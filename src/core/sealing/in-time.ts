import { SECOND } from "../clock.ts"
import { LinklatchError } from "../fault.ts"

/** Longer than any outlet of ours takes: none of an application's own may hold up the log by never answering. */
const PATIENCE = 30 * SECOND

/**
 * What an outlet answers, if it does.
 *
 * @throws LinklatchError `outlet_failed` after half a minute without an answer.
 */
export async function inTime<T>(outlet: string, ask: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const problem = `The ${outlet} hasn't answered for ${PATIENCE / SECOND} seconds.`
    timer = setTimeout(() => reject(new LinklatchError("outlet_failed", problem)), PATIENCE)
    timer.unref()
  })
  try {
    return await Promise.race([ask(), late])
  } finally {
    clearTimeout(timer)
  }
}
