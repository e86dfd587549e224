import { connect } from "node:net"
import { describe, expect, it } from "vitest"
import { exchange, formRequest } from "../attack/raw-http.ts"
import { mountedSite } from "./mounted-site.ts"

const HOST = "Host: login.example.com"
const TYPE = "Content-Type: application/x-www-form-urlencoded"
const OURS = "Sec-Fetch-Site: same-origin"
const CLOSE = "Connection: close"
const POST = "POST /auth/sign-in HTTP/1.1"
const FORM = "email=ada%40example.com"
const SMUGGLED = formRequest([POST, HOST], "email=eve%40example.com")
const request = (fields: readonly string[], body = "", line = POST) =>
  [line, HOST, TYPE, OURS, ...fields, "", body].join("\r\n")
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

describe.each(["node:http", "Express", "Express, behind body parsers", "Fastify", "Hono"])(
  "%s, on the wire",
  (name) => {
    it("reads a form in one piece, in chunks, and two on one connection, each with its own answer", async () => {
      const { port, app } = await mountedSite(name)
      expect((await exchange(port, request(["Content-Length: 23", CLOSE], FORM))).status).toBe(303)
      const chunks = `${chunk(FORM.slice(0, 7))}${chunk(FORM.slice(7))}0\r\n\r\n`
      expect((await exchange(port, request(["Transfer-Encoding: chunked", CLOSE], chunks))).status).toBe(303)
      const first = request(["Content-Length: 23"], FORM)
      const second = `GET /auth/nothing HTTP/1.1\r\n${HOST}\r\n${CLOSE}\r\n\r\n`
      const { text, answers } = await exchange(port, first + second)
      expect([answers, text.match(/HTTP\/1\.1 \d+/g)]).toEqual([2, ["HTTP/1.1 303", "HTTP/1.1 404"]])
      expect((await app.events()).filter(({ type }) => type === "link_requested").length).toBe(3)
    })

    it("keeps a connection for the next request, after a refused body too", async () => {
      const { port } = await mountedSite(name)
      const long = `${FORM}&a=${"a".repeat(9_000)}`
      const all = [
        request([`Content-Length: ${long.length}`], long),
        request(["Content-Length: 23", "Content-Encoding: gzip"], FORM).replace("gzip", "cow"),
        request(["Content-Length: 23"], FORM, "PUT /auth/sign-in HTTP/1.1"),
        request(["Content-Length: 23", CLOSE], FORM),
      ]
      const { text } = await exchange(port, all.join(""))
      expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["413", "415", "405", "303"].map((status) => `HTTP/1.1 ${status}`))
    })

    it("asks for the body where the client waits to be asked", async () => {
      const { port } = await mountedSite(name)
      const { text } = await exchange(port, request(["Expect: 100-continue", "Content-Length: 23", CLOSE], FORM))
      expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 100", "HTTP/1.1 303"])
    })

    it("reads a whole address in the request line as its path, and believes nothing of its host", async () => {
      const { port, app } = await mountedSite(name)
      const line = "POST http://evil.example/auth/sign-in HTTP/1.1"
      expect((await exchange(port, request(["Content-Length: 23", CLOSE], FORM, line))).status).toBe(303)
      expect((await app.mailbox.next("ada@example.com")).link).toMatch(/^https:\/\/login\.example\.com\//)
      const other = await exchange(port, request([CLOSE], "", "GET http://login.example.com/authors HTTP/1.1"))
      expect([other.status, other.text]).toEqual([404, expect.stringContaining("not here")])
    })

    it("sends no body and no chunks after HEAD, and a length where there is a body", async () => {
      const { port } = await mountedSite(name)
      const head = await exchange(port, request([CLOSE], "", "HEAD /auth/sign-in HTTP/1.1"))
      expect([head.status, head.text.split("\r\n\r\n")[1]]).toEqual([200, ""])
      const got = await exchange(port, request([CLOSE], "", "GET /auth/sign-in HTTP/1.1"))
      expect(got.headers.get("transfer-encoding")).toBe(undefined)
      expect(Number(got.headers.get("content-length"))).toBeGreaterThan(500)
    })

    it.each([
      ["a length and chunks", request(["Content-Length: 5", "Transfer-Encoding: chunked"], `0\r\n\r\n${SMUGGLED}`)],
      ["two lengths", request(["Content-Length: 0", `Content-Length: ${SMUGGLED.length}`], SMUGGLED)],
      ["a length in hexadecimals", request(["Content-Length: 0x17"], FORM)],
      ["a folded header", request(["Transfer-Encoding:\r\n chunked"], `0\r\n\r\n${SMUGGLED}`)],
      [
        "a chunk's size that is no number",
        request(["Transfer-Encoding: chunked"], `zz\r\n${FORM}\r\n0\r\n\r\n${SMUGGLED}`),
      ],
      ["a method of its own", request(["Content-Length: 23"], FORM, "P\u0001ST /auth/sign-in HTTP/1.1")],
      ["no HTTP at all", "EHLO evil.example\r\nMAIL FROM:<eve@evil.example>\r\n"],
    ])("refuses %s once, hangs up, and does nothing of it", async (_what, bytes) => {
      const { port, app, browser } = await mountedSite(name)
      const { status, answers } = await exchange(port, bytes)
      expect([status, answers]).toEqual([400, 1])
      expect(await app.events()).toEqual([])
      expect((await browser().get("/auth/sign-in")).status).toBe(200)
    })

    it("does nothing of half a form, and serves others meanwhile", async () => {
      const { port, app, browser } = await mountedSite(name)
      const halves = [
        request(["Content-Length: 500"], FORM),
        request(["Content-Length: 23"], FORM.slice(0, 20)),
        request(["Transfer-Encoding: chunked"], chunk(FORM)),
      ]
      const sockets = await Promise.all(halves.map((bytes) => hold(port, bytes)))
      expect((await browser().get("/auth/sign-in")).status).toBe(200)
      for (const socket of sockets) socket.resetAndDestroy()
      expect((await browser().get("/auth/sign-in")).status).toBe(200)
      expect(await app.events()).toEqual([])
      expect(app.logLines.filter((line) => line.includes("request_failed"))).toEqual([])
    })
  },
)

function hold(port: number, bytes: string): Promise<ReturnType<typeof connect>> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1")
    socket.on("error", reject)
    socket.on("connect", () => socket.write(bytes, () => resolve(socket)))
  })
}
