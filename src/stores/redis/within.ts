/** What was waited for didn't come in time. */
export class TooLate extends Error {
  readonly reason: string

  constructor(reason: string) {
    super(`Redis: ${reason}`)
    this.reason = reason
  }
}

/** What `promise` becomes, or a `TooLate` when it isn't there after `timeout` milliseconds. */
export function within<T>(timeout: number, promise: Promise<T>, reason: string): Promise<T> {
  return new Promise((resolve, reject) => {
    // Timers run before sockets are read: after a long turn of our own, an answer that is there must not count as late.
    const timer = setTimeout(() => setImmediate(() => reject(new TooLate(reason))), timeout)
    promise.then(
      (value) => {
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
