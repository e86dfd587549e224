/** One message that a mail server took: its person may have it. */
export interface Delivered {
  readonly to: string
  readonly token: string
  readonly code: string
  /** By the clock of the process that sent it. */
  readonly at: number
}

/** The mailboxes of all people of a round. */
export class Mailboxes {
  readonly delivered: Delivered[] = []
  readonly #waiting = new Map<string, Set<() => void>>()

  /** `raw` is the text of the message, or its source. */
  deliver(to: string, raw: string, at: number): void {
    this.delivered.push({ to, ...readMail(raw), at })
    for (const look of [...(this.#waiting.get(to) ?? [])]) look()
  }

  /** The newest message to somebody, once there are `count`. */
  next(to: string, count: number, signal: AbortSignal): Promise<Delivered> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(to) ?? new Set()
      this.#waiting.set(to, waiting)
      const look = () => {
        const mails = this.delivered.filter((one) => one.to === to)
        const newest = mails.at(-1)
        if (newest === undefined || mails.length < count) return
        waiting.delete(look)
        resolve(newest)
      }
      signal.addEventListener("abort", () => reject(signal.reason), { once: true })
      waiting.add(look)
      look()
    })
  }
}

function readMail(raw: string): Pick<Delivered, "token" | "code"> {
  // Quoted-printable breaks long lines (RFC 2045 §6.7).
  const plain = raw.replaceAll("=\r\n", "")
  const token = /\/auth\/link\/([\w-]{43})/.exec(plain)?.[1] ?? ""
  const code = /^([0-9]{3}) ([0-9]{3})\r?$/m.exec(plain)
  return { token, code: `${code?.[1] ?? ""}${code?.[2] ?? ""}` }
}
