/** An answer as it came: status, and the whole text with its headers (latin1). */
export interface Reply {
  readonly status: number
  readonly text: string
}

/** The answer, once all of it is there; else null. What it says of its length must be true. */
export function readReply(received: string): Reply | null {
  const head = received.indexOf("\r\n\r\n")
  if (head === -1 || !isWhole(received, head)) return null
  return { status: Number(received.slice(9, 12)), text: received }
}

/** Whether the server closes the connection behind this answer. */
export function isLast({ text }: Reply): boolean {
  return /\r\nconnection: close/i.test(text.slice(0, text.indexOf("\r\n\r\n")))
}

function isWhole(text: string, head: number): boolean {
  const length = /\r\ncontent-length: (\d+)/i.exec(text)
  if (length !== null && length.index < head) return text.length >= head + 4 + Number(length[1])
  return !/\r\ntransfer-encoding: chunked/i.test(text.slice(0, head)) || text.endsWith("\r\n0\r\n\r\n")
}
