/** What was waited for didn't come in time. */
export class TooLate extends Error {
  readonly reason: string

  constructor(reason: string) {
    super(`Redis: ${reason}`)
    this.reason = reason
  }
}

// Time that this process spends on something else isn't Redis's: a long turn of ours uses up one slice of it.
const SLICES = 3

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
    let left = SLICES
    const wait = () => setTimeout(() => passSlice(), timeout / SLICES)
    const passSlice = () => {
      left -= 1
      if (left > 0) timer = wait()
      // Timers run before sockets are read: an answer that is there isn't late.
      else setImmediate(giveUp)
    }
    let timer = wait()
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
