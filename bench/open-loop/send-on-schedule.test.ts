import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, expect, it } from "vitest"
import { expectReply, get } from "../request.ts"
import { type OpenLoop, sendOnSchedule } from "./send-on-schedule.ts"

const opened: Server[] = []
afterEach(() => {
  for (const server of opened.splice(0)) server.close()
})

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  opened.push(server)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return (server.address() as AddressInfo).port
}

const every = (milliseconds: number, count: number) =>
  Float64Array.from({ length: count }, (_, index) => index * milliseconds)
const send = (more: Pick<OpenLoop, "ports" | "arrivals"> & Partial<OpenLoop>) =>
  sendOnSchedule({
    connections: 8,
    request: (index) => get(`/${index}`, { ip: "10.0.0.1", cookies: "" }),
    read: (reply, index) => expectReply(reply, 200, `it is /${index}.`),
    stopAfterMs: 5_000,
    ...more,
  })
const echo: RequestListener = (request, response) => response.end(`it is ${request.url}.`)

it("sends each request once, none before it is due, and reads each answer with its own", async () => {
  const startedAt = performance.now()
  const cameAfter: number[] = []
  const port = await listen((request, response) => {
    cameAfter[Number(request.url?.slice(1))] = performance.now() - startedAt
    echo(request, response)
  })
  const arrivals = every(1, 100)
  const result = await send({ ports: [port], arrivals })
  expect(result).toMatchObject({ sent: 100, answered: 100, failed: 0, firstFailure: null })
  expect(cameAfter).toHaveLength(100)
  expect(cameAfter.every((after, index) => after >= index)).toBe(true)
  expect(result.times.every((time) => time > 0)).toBe(true)
})

it("goes on sending while the site stands still, and measures each from when it was due", async () => {
  const held: (() => void)[] = []
  const port = await listen((request, response) => {
    held.push(() => echo(request, response))
    // Stands still until the last has come.
    if (held.length === 100) for (const answer of held) answer()
  })
  const result = await send({ ports: [port], arrivals: every(2, 100), connections: 100 })
  // The first was due at 0 and the last at 198: to wait for answers before going on would never have got to the last.
  expect(result.answered).toBe(100)
  expect(result.times[0]).toBeGreaterThan(197)
  expect(result.times[50]).toBeGreaterThan(97)
  expect(result.waited).toBe(0)
})

it("counts the wait for a free connection as time of the request", async () => {
  const port = await listen((request, response) => {
    setTimeout(() => echo(request, response), 20)
  })
  const result = await send({ ports: [port], arrivals: every(0, 5), connections: 1 })
  expect(result.answered).toBe(5)
  expect(result.waited).toBe(4)
  expect(result.times[4]).toBeGreaterThan(95)
  expect(result.lags.every((lag) => lag < (result.times[1] ?? 0))).toBe(true)
})

it("spreads its connections over all processes of a site", async () => {
  const counts = [0, 0]
  const ports = await Promise.all(
    counts.map((_, process) =>
      listen((request, response) => {
        counts[process] = (counts[process] ?? 0) + 1
        echo(request, response)
      }),
    ),
  )
  await send({ ports, arrivals: every(1, 100) })
  expect(Math.min(...counts)).toBeGreaterThan(30)
})

it("notes wrong answers and goes on", async () => {
  const port = await listen((request, response) => {
    if (request.url === "/7") response.statusCode = 503
    echo(request, response)
  })
  const result = await send({ ports: [port], arrivals: every(0, 20) })
  expect(result).toMatchObject({ answered: 19, failed: 1 })
  expect(result.firstFailure).toMatch(/Expected 200 .*got: HTTP\/1\.1 503/)
})

it("opens a connection anew where the site broke it, and counts what was on it as failed", async () => {
  const port = await listen((request, response) => {
    if (request.url === "/0") request.socket.destroy()
    else echo(request, response)
  })
  const result = await send({ ports: [port], arrivals: every(5, 10), connections: 1 })
  expect(result).toMatchObject({ answered: 9, failed: 1 })
  expect(result.firstFailure).toMatch(/closed the connection|ECONNRESET/)
})

it("stops waiting in the end, and takes what had no answer for as slow as it knows", async () => {
  const port = await listen((request, response) => {
    if (request.url !== "/3") echo(request, response)
  })
  const result = await send({ ports: [port], arrivals: every(1, 5), stopAfterMs: 50 })
  expect(result).toMatchObject({ sent: 5, answered: 4, failed: 0 })
  expect(result.times[3]).toBe(47)
})
