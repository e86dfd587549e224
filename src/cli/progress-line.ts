export interface ProgressLine {
  /** Shows a text now and then, however often it is asked. */
  show(says: (secondsSinceBegun: number) => string): void
  /** Takes the line away. */
  clear(): void
}

const EVERY_MS = 250

/** One line on standard error that is written over, and only where somebody watches: nothing where `isWanted` is false. */
export function createProgressLine({ isWanted }: { readonly isWanted: boolean }): ProgressLine {
  const isWatched = isWanted && process.stderr.isTTY === true
  const begun = performance.now()
  let shownAt = begun
  let isShown = false
  return {
    show(says) {
      const now = performance.now()
      if (!isWatched || now - shownAt < EVERY_MS) return
      shownAt = now
      isShown = true
      process.stderr.write(`\r${says((now - begun) / 1_000)}\u001b[K`)
    },
    clear() {
      if (isShown) process.stderr.write("\r\u001b[K")
      isShown = false
    },
  }
}
