const PATIENCE_MS = 200

/**
 * Whether a visit was noted, or false where that failed or takes longer than a fifth of a second. Whoever is signed in stays so, and
 * isn't kept waiting, while nothing can be written: the next check notes it.
 */
export function isNotedSoon(touching: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(resolve, PATIENCE_MS, false)
    const settle = (isNoted: boolean) => {
      clearTimeout(giveUp)
      resolve(isNoted)
    }
    touching.then(
      () => settle(true),
      () => settle(false),
    )
  })
}
