import { once } from "node:events"
import { createServer, IncomingMessage, type Server, ServerResponse } from "node:http"
import { connect, Socket } from "node:net"
import { Transform } from "node:stream"
import express from "express"
import fastify, { type FastifyInstance, type InjectOptions } from "fastify"
import { Hono } from "hono"
import { setCookie } from "hono/cookie"
import { describe, expect, it, onTestFinished } from "vitest"
import { mount as mountExpress } from "../../src/express.ts"
import { mount as mountFastify } from "../../src/fastify.ts"
import { mount as mountHono } from "../../src/hono.ts"
import { mount as mountNode } from "../../src/node.ts"
import { type App, ORIGIN } from "../app.ts"
import { ownApp } from "../attack/own-app.ts"
import { Browser } from "../browser.ts"
import { sendToPort } from "../send-to-port.ts"
import { portOf } from "./sites.ts"

const FORM = "email=ada%40example.com"
const HEADERS = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" }

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(async () => {
    server.closeAllConnections()
    const closed = once(server, "close")
    server.close()
    await closed
  })
  return portOf(server)
}

function browserAt(port: number): Browser {
  return new Browser({ handler: (request) => sendToPort(request, port) }, ORIGIN, "")
}

function refusals(app: App): readonly string[] {
  return app.logLines.filter((line) => line.includes("request_failed"))
}

describe("node:http", () => {
  const at = (url: string) => {
    const request = Object.assign(new IncomingMessage(new Socket()), { url })
    return [request, new ServerResponse(request)] as const
  }

  it("answers 404 where there is no application", async () => {
    const browser = browserAt(await listen(createServer(mountNode(ownApp().auth))))
    const response = await browser.get("/orders")
    expect([response.status, await response.text()]).toEqual([404, "Not found\n"])
    expect((await browser.get("/auth/sign-in")).status).toBe(200)
  })

  it("hands on what the application throws, and the promise that it returns", async () => {
    const { auth } = ownApp()
    const throws = mountNode(auth, () => {
      throw new Error("of the application")
    })
    expect(() => throws(...at("/orders"))).toThrow("of the application")
    const rejects = mountNode(auth, () => Promise.reject(new Error("of the application")))
    await expect(rejects(...at("/orders"))).rejects.toThrow("of the application")
  })

  it("goes on with its caller's next, where there is one", () => {
    const { auth } = ownApp()
    expect(mountNode(auth, () => "mine")(...at("/orders"), () => "theirs")).toBe("theirs")
    expect(mountNode(auth, () => "mine")(...at("/orders"))).toBe("mine")
  })
})

describe("Express", () => {
  it("says in the log what to do where somebody read the body and kept it", async () => {
    const app = ownApp()
    const site = express()
    site.use((request, _response, next) => {
      request.resume().once("end", next)
    })
    site.use(mountExpress(app.auth))
    const browser = browserAt(await listen(createServer(site)))
    expect((await browser.post("/auth/sign-in", FORM)).status).toBe(500)
    expect(refusals(app)).toEqual([expect.stringContaining("Mount Linklatch ahead of body parsers")])
  })

  it("doesn't take the rest of a body for the whole of it", async () => {
    const app = ownApp()
    const site = express()
    site.use((request, _response, next) => {
      request.once("data", (start: Buffer) => {
        request.pause()
        // The first bytes are gone; what follows would read as another form.
        expect(start.length).toBeGreaterThan(0)
        next()
      })
    })
    site.use(mountExpress(app.auth))
    const browser = browserAt(await listen(createServer(site)))
    expect((await browser.post("/auth/sign-in", FORM)).status).toBe(500)
    expect(await app.events()).toEqual([])
  })

  it("lets go of a client that hung up before the mount was reached", async () => {
    const app = ownApp()
    const read = Promise.withResolvers<unknown>()
    const site = express()
    site.use((request, _response, next) => void request.once("close", next))
    site.use(
      mountExpress({
        answer(incoming) {
          read.resolve(incoming.text(100))
          return app.auth.answer(incoming)
        },
      }),
    )
    const socket = connect(await listen(createServer(site)), "127.0.0.1")
    const fields = Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}\r\n`)
    const half = `POST /auth/sign-in HTTP/1.1\r\nHost: a\r\n${fields.join("")}Content-Length: 23\r\n\r\nemail`
    socket.end(half)
    expect(await read.promise).toEqual({ status: "hung_up" })
    expect(await app.events()).toEqual([])
    expect(refusals(app)).toEqual([])
  })

  it("keeps still where somebody has answered meanwhile", async () => {
    const app = ownApp()
    const site = express()
    site.use((_request, response, next) => {
      response.status(503).send("too slow")
      next()
    })
    const errors: unknown[] = []
    site.use((request, response) => mountExpress(app.auth)(request, response, (error) => errors.push(error)))
    const browser = browserAt(await listen(createServer(site)))
    const response = await browser.get("/auth/sign-in")
    expect([response.status, await response.text()]).toEqual([503, "too slow"])
    expect((await browser.get("/auth/sign-in")).status).toBe(503)
    expect(errors).toEqual([])
  })
})

describe("Fastify", () => {
  // What inject returns is a promise only once somebody waits for it.
  const inject = (site: FastifyInstance, options: InjectOptions | string) => Promise.resolve(site.inject(options))

  it("answers inject, and the application's hooks see the answer", async () => {
    const app = ownApp()
    const site = fastify()
    onTestFinished(() => site.close())
    const seen: unknown[] = []
    site.addHook("onSend", async (request, _reply, payload) => {
      seen.push([request.url, typeof payload])
    })
    site.addHook("onResponse", async (_request, reply) => {
      seen.push(reply.statusCode)
    })
    await site.register(mountFastify(app.auth))
    const page = await inject(site, "/auth/sign-in")
    expect([page.statusCode, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"])
    const asked = await inject(site, { method: "POST", url: "/auth/sign-in", headers: HEADERS, payload: FORM })
    expect([asked.statusCode, asked.headers.location, asked.body]).toEqual([303, "/auth/check-mail", ""])
    expect(seen).toEqual([["/auth/sign-in", "string"], 200, ["/auth/sign-in", "undefined"], 303])
    expect((await app.events())[0]?.person?.ip).toBe("127.0.0.1")
  })

  it("reads the stream that a hook of the application put in the body's place", async () => {
    const app = ownApp()
    const site = fastify()
    onTestFinished(() => site.close())
    const nameEve = () =>
      new Transform({ transform: (chunk, _encoding, done) => done(null, String(chunk).replace("ada", "eve")) })
    site.addHook("preParsing", async (_request, _reply, payload) => payload.pipe(nameEve()))
    await site.register(mountFastify(app.auth))
    const asked = await inject(site, { method: "POST", url: "/auth/sign-in", headers: HEADERS, payload: FORM })
    expect(asked.statusCode).toBe(303)
    expect((await app.mailbox.next("eve@example.com")).to).toBe("eve@example.com")
    const long = `${FORM}&a=${"a".repeat(9_000)}`
    const refused = await inject(site, { method: "POST", url: "/auth/sign-in", headers: HEADERS, payload: long })
    expect(refused.statusCode).toBe(413)
  })

  it("leaves the application's parsers as they were", async () => {
    const site = fastify()
    onTestFinished(() => site.close())
    await site.register(mountFastify(ownApp().auth))
    site.post("/orders", async ({ body }) => body)
    const posted = await inject(site, { method: "POST", url: "/orders", payload: { tea: 2 } })
    expect(posted.json()).toEqual({ tea: 2 })
    expect((await inject(site, { method: "POST", url: "/orders", headers: HEADERS, payload: FORM })).statusCode).toBe(
      415,
    )
  })

  it("refuses to stand under a prefix, and says why", async () => {
    const site = fastify()
    const registered = site.register(mountFastify(ownApp().auth), { prefix: "/shop" })
    await expect(registered).rejects.toThrow("register the mount without a prefix")
  })
})

describe("Hono", () => {
  const ask = (hono: Hono, bindings?: object) =>
    hono.request(`${ORIGIN}/auth/sign-in`, { method: "POST", headers: HEADERS, body: FORM }, bindings)

  it.each([
    ["Node", { incoming: { socket: { remoteAddress: "198.51.100.7" } } }],
    ["Node, beside other bindings", { server: { incoming: { socket: { remoteAddress: "198.51.100.7" } } } }],
    ["Bun", { address: "198.51.100.7", requestIP: bunServer }],
    ["Bun, beside other bindings", { server: { address: "198.51.100.7", requestIP: bunServer } }],
    ["Deno", { remoteAddr: { transport: "tcp", hostname: "198.51.100.7", port: 1234 } }],
  ])("knows the client's address on %s", async (_server, bindings) => {
    const app = ownApp()
    expect((await ask(new Hono().use(mountHono(app.auth)), bindings)).status).toBe(303)
    expect((await app.events())[0]?.person?.ip).toBe("198.51.100.7")
    expect(app.logLines.join()).not.toContain("remote_address_missing")
  })

  it("warns once where the server doesn't tell it", async () => {
    const app = ownApp()
    const hono = new Hono().use(mountHono(app.auth))
    for (const bindings of [undefined, {}, { incoming: {} }, { requestIP: () => null }]) await ask(hono, bindings)
    expect(app.logLines.filter((line) => line.includes("remote_address_missing"))).toHaveLength(1)
  })

  it("keeps its cookies and the application's, whichever way those were set", async () => {
    const app = ownApp()
    const hono = new Hono()
    hono.use(async (context, next) => {
      context.header("X-App", "yes")
      setCookie(context, "theme", "dark")
      context.res.headers.append("Set-Cookie", "seen=1")
      await next()
    })
    hono.use(mountHono(app.auth))
    const response = await ask(hono)
    const names = response.headers.getSetCookie().map((cookie) => cookie.split("=", 1)[0])
    expect(names).toEqual(["theme", "seen", "__Host-linklatch_flow"])
    expect(response.headers.get("x-app")).toBe("yes")
  })

  it("says in the log what to do where somebody read the body first", async () => {
    const app = ownApp()
    const hono = new Hono()
    hono.use(async (context, next) => {
      await context.req.parseBody()
      await next()
    })
    hono.use(mountHono(app.auth))
    expect((await ask(hono)).status).toBe(500)
    expect(refusals(app)).toEqual([expect.stringContaining("Mount Linklatch ahead of body parsers")])
  })
})

// As Bun's own server, it works as a method only.
function bunServer(this: { readonly address: string }) {
  return { address: this.address, family: "IPv4", port: 1234 }
}
