/** Waits for work at the end of a process, so many milliseconds at most; what takes longer goes on without us. */
export async function withinGrace(grace: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, grace)
  })
  await Promise.race([work(), over])
  clearTimeout(timer)
}
