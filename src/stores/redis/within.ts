/** What was waited for didn't come in time. */
export class TooLate extends Error {
  readonly reason: string

  constructor(reason: string) {
    super(`Redis: ${reason}`)
    this.reason = reason
  }
}

/**
 * What `promise` becomes, or a `TooLate` when it isn't there after `timeout` milliseconds; `whenLate` hears what it becomes after
 * that.
 */
export function within<T>(
  timeout: number,
  promise: Promise<T>,
  reason: string,
  whenLate?: (value: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false
    const giveUp = () => {
      isLate = true
      reject(new TooLate(reason))
    }
    // Timers run before sockets are read: after a long turn of our own, an answer that is there must not count as late.
    const timer = setTimeout(() => setImmediate(giveUp), timeout)
    promise.then(
      (value) => {
        if (isLate) return whenLate?.(value)
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
