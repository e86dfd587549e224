import { connect } from "node:net"

const PATIENCE_MS = 5_000

/** What came back on the wire: the first answer, and everything that was sent until the other side hung up. */
export interface RawAnswer {
  /** 0: it hung up without a word. */
  readonly status: number
  /** Of the first answer, names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** How many answers came. */
  readonly answers: number
  readonly text: string
}

/** Writes bytes to a server, as no client library would, and reads until it hangs up. Rejects when it doesn't. */
export function exchange(port: number, bytes: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(port, "127.0.0.1", () => socket.write(Buffer.from(bytes, "latin1")))
    socket.setTimeout(PATIENCE_MS, () =>
      socket.destroy(new Error(`The server left ${JSON.stringify(bytes.slice(0, 80))} open.`)),
    )
    socket.on("data", (chunk) => chunks.push(chunk))
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // Cut off while we still wrote: what it said before is the answer.
      if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error)
    })
    socket.on("close", () => resolve(parseAnswer(Buffer.concat(chunks).toString("latin1"))))
  })
}

/** A form of our own page as it stands on the wire; `head` is the request line, and whatever is to follow it. */
export function formRequest(head: readonly string[], form: string): string {
  const own = [
    "Content-Type: application/x-www-form-urlencoded",
    `Content-Length: ${form.length}`,
    "Sec-Fetch-Site: same-origin",
  ]
  return [...head, ...own, "Accept: text/html", "Connection: close", "", form].join("\r\n")
}

function parseAnswer(text: string): RawAnswer {
  const [head = ""] = text.split("\r\n\r\n", 1)
  const [statusLine = "", ...fields] = head.split("\r\n")
  const headers = new Map(
    fields.map((field) => [
      field.slice(0, field.indexOf(":")).toLowerCase(),
      field.slice(field.indexOf(":") + 1).trim(),
    ]),
  )
  const answers = text.match(/^HTTP\/1\.1 [0-9]{3} /gm)?.length ?? 0
  return { status: Number(statusLine.split(" ")[1] ?? 0), headers, answers, text }
}
