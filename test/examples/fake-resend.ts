import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { json } from "node:stream/consumers"
import { expect, onTestFinished } from "vitest"

export interface ResendMail {
  readonly authorization: string | undefined
  readonly idempotencyKey: string | string[] | undefined
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
}

/** Speaks as much of Resend's API as sending takes, on this machine. It ends with the test. */
export interface FakeResend {
  readonly baseUrl: string
  readonly mails: readonly ResendMail[]
  /** The link of the newest mail to this address, once there are `count`. */
  link(email: string, count?: number): Promise<string>
}

export async function fakeResend(): Promise<FakeResend> {
  const mails: ResendMail[] = []
  const server = createServer(async (request, response) => {
    const { authorization, "idempotency-key": idempotencyKey } = request.headers
    mails.push({
      authorization,
      idempotencyKey,
      ...((await json(request)) as Omit<ResendMail, "authorization" | "idempotencyKey">),
    })
    response.writeHead(200, { "Content-Type": "application/json" }).end('{"id":"1"}')
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    async link(email, count = 1) {
      const texts = () => mails.filter(({ to }) => to.includes(email)).map(({ text }) => text)
      await expect.poll(() => texts().length, { timeout: 5_000 }).toBe(count)
      return /https?:\S+\/auth\/link\/\S+/.exec(texts().at(-1) ?? "")?.[0] ?? ""
    },
  }
}
