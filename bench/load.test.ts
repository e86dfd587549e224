import { createServer, type RequestListener } from "node:http"
import { type AddressInfo, createServer as createSocketServer, type Server } from "node:net"
import { afterEach, expect, it } from "vitest"
import { load } from "./load.ts"
import { expectReply, get } from "./request.ts"

const opened: Server[] = []
afterEach(() => {
  for (const server of opened.splice(0)) server.close()
})

async function listen(server: Server): Promise<number> {
  opened.push(server)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return (server.address() as AddressInfo).port
}
const answer = (listener: RequestListener) => listen(createServer(listener))
const requests = (count: number) =>
  Array.from({ length: count }, (_, index) => get(`/${index}`, { ip: "10.0.0.1", cookies: "" }))

it("sends each request once, and reads each answer with its own", async () => {
  const port = await answer((request, response) => response.end(`it is ${request.url}.`))
  const seen: number[] = []
  const result = await load({
    port,
    connections: 4,
    requests: requests(50),
    read(reply, index) {
      expectReply(reply, 200, `it is /${index}.`)
      seen.push(index)
    },
  })
  expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index))
  expect(result.sent).toBe(50)
  expect(result.p99).toBeGreaterThanOrEqual(result.p50)
})

it("begins again until the time is over, and sends each at least once", async () => {
  const port = await answer((_, response) => response.end("yes"))
  const plan = { port, connections: 2, requests: requests(10), read: () => undefined, repeat: true }
  expect((await load({ ...plan, forMs: 0 })).sent).toBe(10)
  expect((await load({ ...plan, forMs: 100 })).sent).toBeGreaterThan(10)
})

it("starts nothing once the time is over", async () => {
  const port = await answer((_, response) => response.end("yes"))
  expect((await load({ port, connections: 2, requests: requests(10), read: () => undefined, forMs: 0 })).sent).toBe(0)
})

it("opens a new connection where the server closed one in order", async () => {
  const server = createServer((_, response) => response.end("yes"))
  server.maxRequestsPerSocket = 3
  const port = await listen(server)
  const result = await load({ port, connections: 2, requests: requests(20), read: (reply) => expectReply(reply, 200) })
  expect(result.sent).toBe(20)
})

it("reads an answer that comes in chunks as one", async () => {
  const port = await answer((_, response) => {
    response.write("some")
    setImmediate(() => response.end("body"))
  })
  const read = (reply: { status: number; text: string }) =>
    expectReply(reply, 200, /some[\s\S]*body[\s\S]*\r\n0\r\n\r\n$/)
  expect((await load({ port, connections: 1, requests: requests(3), read })).sent).toBe(3)
})

it("ends at the first wrong answer, and shows it", async () => {
  const port = await answer((request, response) => {
    response.statusCode = request.url === "/7" ? 500 : 200
    response.end(request.url === "/7" ? "out of order" : "yes")
  })
  const failing = load({ port, connections: 2, requests: requests(20), read: (reply) => expectReply(reply, 200) })
  await expect(failing).rejects.toThrow(/Expected 200, got: HTTP\/1\.1 500 [\s\S]*out of order/)
})

it("says so when the server hangs up instead of answering", async () => {
  const port = await listen(createSocketServer((socket) => socket.on("data", () => socket.end())))
  const failing = load({ port, connections: 1, requests: requests(1), read: () => undefined })
  await expect(failing).rejects.toThrow("The site closed the connection without an answer.")
})
