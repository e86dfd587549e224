import { SECOND } from "../clock.ts"
import { LinklatchError } from "../fault.ts"

/**
 * What an outlet answers, if it does.
 *
 * @throws LinklatchError `outlet_failed` after `patience` milliseconds without an answer.
 */
export async function inTime<T>(outlet: string, patience: number, ask: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const problem = `The ${outlet} hasn't answered for ${patience / SECOND} seconds.`
    timer = setTimeout(() => reject(new LinklatchError("outlet_failed", problem)), patience)
    timer.unref()
  })
  try {
    return await Promise.race([ask(), late])
  } finally {
    clearTimeout(timer)
  }
}
