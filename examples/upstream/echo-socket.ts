import { createHash } from "node:crypto"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"

// RFC 6455 §1.3
const WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

/** A WebSocket that greets who is signed in and repeats short texts: as much of RFC 6455 as an example needs. */
export function echoSocket(request: IncomingMessage, socket: Duplex): void {
  const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${WEBSOCKET}`).digest("base64")
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  send(socket, `Hello ${request.headers["remote-email"]}`)
  socket.on("data", (frame: Buffer) => {
    const [opcode, length] = [(frame[0] ?? 0) & 0x0f, (frame[1] ?? 0) & 0x7f]
    if (opcode !== TEXT || length > MAX_LENGTH || frame.length < 6 + length) return socket.end(CLOSE)
    const mask = frame.subarray(2, 6)
    send(
      socket,
      Buffer.from(frame.subarray(6, 6 + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0))).toString(),
    )
  })
  socket.on("error", () => socket.destroy())
}

const TEXT = 1
const MAX_LENGTH = 125
const CLOSE = Buffer.from([0x88, 0])

function send(socket: Duplex, message: string): void {
  const payload = Buffer.from(message)
  socket.write(Buffer.concat([Buffer.from([0x80 | TEXT, payload.length]), payload]))
}
