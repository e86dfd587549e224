import { randomBytes } from "node:crypto"
import { request as httpRequest } from "node:http"
import type { Duplex } from "node:stream"

export type SocketOutcome =
  | { readonly status: "open"; say(text: string): Promise<string>; readonly greeting: string; close(): void }
  | { readonly status: "refused"; readonly code: number }

/** Opens a WebSocket as a browser does, with the cookies of one. */
export function openSocket(origin: string, cookie: string): Promise<SocketOutcome> {
  const { hostname, host, port } = new URL(origin)
  // biome-ignore format: one header a line
  const headers = {
    Host: host, Connection: "Upgrade", Upgrade: "websocket", Origin: origin, Cookie: cookie, Accept: "*/*",
    "Sec-Fetch-Mode": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
  }
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path: "/socket", headers, agent: false })
    request.on("error", reject)
    request.on("response", (response) => {
      response.resume()
      resolve({ status: "refused", code: response.statusCode ?? 0 })
    })
    request.on("upgrade", async (_response, socket, head) => {
      if (head.length > 0) socket.unshift(head)
      const greeting = await nextMessage(socket)
      const say = async (text: string) => {
        socket.write(maskedFrame(text))
        return nextMessage(socket)
      }
      resolve({ status: "open", greeting, say, close: () => socket.destroy() })
    })
    request.end()
  })
}

// Short texts only: their length is one byte (RFC 6455 §5.2).
function maskedFrame(text: string): Buffer {
  const [payload, mask] = [Buffer.from(text), randomBytes(4)]
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, masked])
}

function nextMessage(socket: Duplex): Promise<string> {
  return new Promise((resolve, reject) => {
    const close = () => reject(new Error("The WebSocket was closed."))
    socket.once("close", close)
    socket.once("data", (frame: Buffer) => {
      socket.off("close", close)
      resolve(frame.subarray(2, 2 + ((frame[1] ?? 0) & 0x7f)).toString())
    })
  })
}
