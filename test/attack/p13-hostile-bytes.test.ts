import { connect } from "node:net"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, it } from "vitest"
import { SECOND } from "../../src/core/clock.ts"
import { createHttpServer } from "../../src/server/http-server.ts"
import { countRows } from "./database.ts"
import { type OwnServer, ownServer } from "./own-server.ts"
import { exchange, formRequest } from "./raw-http.ts"

const HOST = "Host: login.example.com"
const TYPE = "Content-Type: application/x-www-form-urlencoded"
const OURS = "Sec-Fetch-Site: same-origin"
const POST = "POST /auth/sign-in HTTP/1.1"
const FORM = "email=ada%40example.com"
// A whole request of its own, for whoever reads the first one's end too early.
const SMUGGLED = `POST /auth/sign-in HTTP/1.1\r\n${HOST}\r\n${TYPE}\r\n${OURS}\r\nContent-Length: 23\r\n\r\nemail=eve%40example.com`
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
const request = (fields: readonly string[], body = "", line = POST) =>
  [line, HOST, TYPE, OURS, ...fields, "", body].join("\r\n")

const SMUGGLING: Record<string, string> = {
  "a length and chunks": request(["Content-Length: 5", "Transfer-Encoding: chunked"], `0\r\n\r\n${SMUGGLED}`),
  "chunks and a length": request(["Transfer-Encoding: chunked", "Content-Length: 5"], `0\r\n\r\n${SMUGGLED}`),
  "two lengths that differ": request(["Content-Length: 0", `Content-Length: ${SMUGGLED.length}`], SMUGGLED),
  "a list of lengths": request([`Content-Length: 0, ${SMUGGLED.length}`], SMUGGLED),
  "a length with a sign": request(["Content-Length: +23"], FORM),
  "a length below zero": request(["Content-Length: -1"], FORM),
  "a length in hexadecimals": request(["Content-Length: 0x17"], FORM),
  "a length that overflows": request(["Content-Length: 18446744073709551639"], FORM),
  "a length with a blank inside": request(["Content-Length: 2 3"], FORM),
  "a blank before the colon": request(["Transfer-Encoding : chunked"], `0\r\n\r\n${SMUGGLED}`),
  "an encoding that only looks like chunked": request(["Transfer-Encoding: xchunked"], `0\r\n\r\n${SMUGGLED}`),
  "chunked that is not the last encoding": request(["Transfer-Encoding: chunked, identity"], `0\r\n\r\n${SMUGGLED}`),
  "an encoding after a vertical tab": request(["Transfer-Encoding: \u000bchunked"], `0\r\n\r\n${SMUGGLED}`),
  "two encodings, one of them odd": request(
    ["Transfer-Encoding: chunked", "Transfer-Encoding: cow"],
    `0\r\n\r\n${SMUGGLED}`,
  ),
  "a folded header": request(["Transfer-Encoding:\r\n chunked"], `0\r\n\r\n${SMUGGLED}`),
  "a chunk's size that is no number": request(["Transfer-Encoding: chunked"], `zz\r\n${FORM}\r\n0\r\n\r\n${SMUGGLED}`),
  "a chunk's size with 0x": request(["Transfer-Encoding: chunked"], `0x17\r\n${FORM}\r\n0\r\n\r\n`),
  "a chunk's size that overflows": request(["Transfer-Encoding: chunked"], `ffffffffffffffff1\r\n${FORM}\r\n0\r\n\r\n`),
  "a chunk that is longer than it says": request(
    ["Transfer-Encoding: chunked"],
    `3\r\n${FORM}\r\n0\r\n\r\n${SMUGGLED}`,
  ),
  "lines that end in LF alone": request(["Content-Length: 23"], FORM).replaceAll("\r\n", "\n"),
  "a header that ends in LF alone": `${POST}\n${HOST}\r\n${TYPE}\r\n${OURS}\r\nContent-Length: 23\r\n\r\n${FORM}`,
  "a lone CR in a header": request(["X-A: a\rContent-Length: 23"], FORM),
  "a NUL in a header": request(["X-A: a\u0000b", "Content-Length: 23"], FORM),
  "a header without a colon": request(["Content-Length 23", "Content-Length: 23"], FORM),
  "a header without a name": request([": a", "Content-Length: 23"], FORM),
  "no Host": [POST, TYPE, OURS, "Content-Length: 23", "", FORM].join("\r\n"),
  "a path with a blank": request(["Content-Length: 23"], FORM, "POST /auth/sign-in /x HTTP/1.1"),
  "a version of its own": request(["Content-Length: 23"], FORM, "POST /auth/sign-in HTTP/9.9"),
  "a method of its own": request(["Content-Length: 23"], FORM, "P\u0001ST /auth/sign-in HTTP/1.1"),
  "the first bytes of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "the first bytes of TLS": "\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\u0000\u00a1\u0003\u0003",
  "no HTTP at all": "EHLO evil.example\r\nMAIL FROM:<eve@evil.example>\r\n",
}

async function rowsOf(server: OwnServer): Promise<Record<string, number>> {
  const database = new DatabaseSync(server.path, { readOnly: true })
  const rows = countRows(database)
  database.close()
  return rows
}

async function expectAlive(server: OwnServer): Promise<void> {
  expect((await server.browser().get("/auth/sign-in")).status).toBe(200)
  expect(server.logLines.filter((line) => /request_failed|uncaught|unhandled/.test(line))).toEqual([])
}

describe("bytes that two servers could read in two ways", () => {
  it("OPS-6 P13 are answered with 400 and a closed connection, and nothing of them is done", async () => {
    const server = await ownServer()
    const before = await rowsOf(server)
    for (const [title, bytes] of Object.entries(SMUGGLING)) {
      const { status, answers, headers, text } = await exchange(server.port, bytes)
      expect([status, answers], `${title}: ${text.slice(0, 60)}`).toEqual([400, 1])
      expect(headers.get("connection"), title).toBe("close")
      expect(text, title).not.toMatch(/node|hono|linklatch/i)
    }
    expect(await rowsOf(server)).toEqual(before)
    await expectAlive(server)
  })

  it("OPS-6 P13 are told from a request that is as it should be, in one piece, in chunks and two in a row", async () => {
    const server = await ownServer()
    const close = "Connection: close"
    expect((await exchange(server.port, request(["Content-Length: 23", close], FORM))).status).toBe(303)
    expect(
      (
        await exchange(
          server.port,
          request(["Transfer-Encoding: chunked", close], `${chunk(FORM.slice(0, 7))}${chunk(FORM.slice(7))}0\r\n\r\n`),
        )
      ).status,
    ).toBe(303)
    const pair = request(["Content-Length: 23"], FORM) + request(["Content-Length: 23", close], FORM)
    expect((await exchange(server.port, pair)).answers).toBe(2)
    expect((await rowsOf(server))["sign_in_requests"]).toBe(4)
  })
})

describe("too much", () => {
  it("OPS-6 INP-5 P13 of headers is answered with 431, and of body with 413, in chunks too", async () => {
    const server = await ownServer()
    const close = "Connection: close"
    const wide = `X-A: ${"a".repeat(17_000)}`
    const many = Array.from({ length: 3_000 }, (_, index) => `X-${index}: a`)
    const crumbs = `Cookie: ${"a=b; ".repeat(4_000)}`
    for (const fields of [[wide], many, [crumbs]])
      expect((await exchange(server.port, request([...fields, close]))).status).toBe(431)
    expect(
      (await exchange(server.port, request([close], "", `GET /auth/sign-in?a=${"a".repeat(17_000)} HTTP/1.1`))).status,
    ).toBe(431)
    const long = `email=ada%40example.com&a=${"a".repeat(9_000)}`
    expect((await exchange(server.port, request([`Content-Length: ${long.length}`, close], long))).status).toBe(413)
    expect(
      (await exchange(server.port, request(["Transfer-Encoding: chunked", close], `${chunk(long)}0\r\n\r\n`))).status,
    ).toBe(413)
    await expectAlive(server)
  })

  it("OPS-6 P13 time isn't given: slow headers, slow requests and idle connections all have an end", () => {
    const server = createHttpServer(async () => ({ status: 200, headers: {}, body: null }))
    expect(server.headersTimeout).toBeGreaterThan(0)
    expect(server.headersTimeout).toBeLessThanOrEqual(15 * SECOND)
    expect(server.requestTimeout).toBeGreaterThanOrEqual(server.headersTimeout)
    expect(server.requestTimeout).toBeLessThanOrEqual(60 * SECOND)
    expect(server.keepAliveTimeout).toBeGreaterThan(0)
    expect(server.keepAliveTimeout).toBeLessThanOrEqual(120 * SECOND)
    expect(server.maxConnections).toBeGreaterThan(0)
    expect(server.maxRequestsPerSocket).toBeGreaterThan(0)
  })
})

describe("half a request", () => {
  it("OPS-3 OPS-6 P13 changes nothing when its sender goes away, and others are served meanwhile", async () => {
    const server = await ownServer()
    const before = await rowsOf(server)
    const halves = [
      "P",
      POST,
      `${POST}\r\n${HOST}\r\n`,
      request(["Content-Length: 23"]),
      request(["Content-Length: 23"], FORM.slice(0, 20)),
      request(["Content-Length: 500"], FORM),
      request(["Transfer-Encoding: chunked"], chunk(FORM)),
    ]
    const sockets = await Promise.all(halves.map((bytes) => hold(server.port, bytes)))
    await expectAlive(server)
    for (const socket of sockets) socket.resetAndDestroy()
    await expectAlive(server)
    expect(await rowsOf(server)).toEqual(before)
  })
})

function hold(port: number, bytes: string) {
  return new Promise<ReturnType<typeof connect>>((resolve, reject) => {
    const socket = connect(port, "127.0.0.1")
    socket.on("error", reject)
    socket.on("connect", () => socket.write(bytes, () => resolve(socket)))
  })
}

describe("a method that no page has", () => {
  it.each([
    "TRACE",
    "TRACK",
    "CONNECT",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "SEARCH",
    "LINK",
    "PURGE",
    "DEBUG",
    "QUERY",
  ])("HDR-6 P13 like %s is refused, and nothing of the request comes back", async (method) => {
    const server = await ownServer()
    for (const path of ["/auth/sign-in", "/auth/account", "/", "/healthz", "*"]) {
      const bytes = [
        `${method} ${path} HTTP/1.1`,
        HOST,
        "X-Canary: canary-1234",
        "Cookie: a=canary-1234",
        "Connection: close",
        "",
        "",
      ].join("\r\n")
      const { status, text } = await exchange(server.port, bytes)
      // 0: hung up without a word, as Node does for CONNECT.
      expect([0, 400, 404, 405, 501], `${method} ${path}: ${text.slice(0, 60)}`).toContain(status)
      expect(text).not.toContain("canary")
    }
    await expectAlive(server)
  })

  it("OPS-5 P13 and headers that can't be read leave the server as it was", async () => {
    const server = await ownServer()
    for (const field of [
      "Cookie: %",
      "Authorization: Bearer %",
      "Cookie: __Host-linklatch_session=%E0%A4%A",
      "Accept-Language: \u00ff",
      "Expect: 100-continue",
      "Expect: nonsense",
      "Upgrade: websocket\r\nConnection: Upgrade",
      "Upgrade: h2c",
      "Range: bytes=0-99999999999",
      "Host: \u00ff",
      "Host: a b",
      "Host: [",
      "X-Forwarded-For: %",
    ]) {
      const bytes = formRequest(
        ["GET /auth/account HTTP/1.1", field.startsWith("Host:") ? field : `${HOST}\r\n${field}`],
        "",
      )
      expect([100, 200, 303, 400, 404, 417], field).toContain((await exchange(server.port, bytes)).status)
    }
    await expectAlive(server)
  })
})
