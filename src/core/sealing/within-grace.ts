import { SECOND } from "../clock.ts"

const GRACE = 3 * SECOND

/** Waits for work at the end of a process, three seconds at most; what takes longer goes on without us. */
export async function withinGrace(work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GRACE)
  })
  await Promise.race([work(), grace])
  clearTimeout(timer)
}
