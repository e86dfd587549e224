import { once } from "node:events"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { createAdaptorServer, type HttpBindings } from "@hono/node-server"
import express from "express"
import fastify from "fastify"
import { Hono } from "hono"
import * as onExpress from "../../src/express.ts"
import * as onFastify from "../../src/fastify.ts"
import * as onHono from "../../src/hono.ts"
import type { Auth } from "../../src/index.ts"
import * as onNode from "../../src/node.ts"

/**
 * One small application on each framework: `/who` says who is signed in, `POST /echo` gives back what was posted, `/throw`
 * throws, the rest is "not here" with 404. Each answer carries a header of the application's own, and a cookie where
 * the request asked for one by `THEME`.
 */
export type StartSite = (auth: Auth, options?: onNode.MountOptions) => Promise<Server>

export const APP_COOKIE = "theme=dark"
export const THEME = "x-theme"

export const sites: Readonly<Record<string, StartSite>> = {
  "node:http": startNode,
  Express: (auth, options) => startExpress((app) => app.use(onExpress.mount(auth, options)), auth),
  "Express, behind body parsers": (auth, options) =>
    startExpress(
      (app) => app.use(express.json(), express.urlencoded({ extended: true }), onExpress.mount(auth, options)),
      auth,
    ),
  "Express, behind the simple form parser": (auth, options) =>
    startExpress((app) => app.use(express.urlencoded({ extended: false }), onExpress.mount(auth, options)), auth),
  "Express, behind parsers of bytes": (auth, options) =>
    startExpress((app) => app.use(express.raw({ type: "*/*" }), onExpress.mount(auth, options)), auth),
  "Express, behind parsers of text": (auth, options) =>
    startExpress((app) => app.use(express.text({ type: "*/*" }), onExpress.mount(auth, options)), auth),
  "Express, in a router under paths of their own": (auth, options) =>
    startExpress((app) => {
      const router = express.Router()
      app.use(router)
      for (const path of ["/auth", "/admin"]) router.use(path, onExpress.mount(auth, options))
    }, auth),
  Fastify: (auth, options) => startFastify(auth, options),
  "Fastify, with parsers of its own": (auth, options) => startFastify(auth, options, true),
  Hono: startHono,
}

async function startNode(auth: Auth, options?: onNode.MountOptions): Promise<Server> {
  const server = createServer(
    onNode.mount(
      auth,
      async (request, response) => {
        if (request.url === "/who") return response.end(JSON.stringify(await auth.session(request)))
        if (request.url === "/echo") return request.pipe(response)
        if (request.url === "/throw") return response.writeHead(500).end("thrown")
        return response.writeHead(404).end("not here")
      },
      options,
    ),
  )
  server.prependListener("request", (request, response) => {
    if (request.headers[THEME]) response.setHeader("Set-Cookie", APP_COOKIE)
    response.setHeader("X-App", "yes")
  })
  return listen(server)
}

async function startExpress(mountInto: (app: express.Express) => void, auth: Auth): Promise<Server> {
  const app = express()
  app.use((request, response, next) => {
    if (request.headers[THEME]) response.append("Set-Cookie", APP_COOKIE)
    response.set("X-App", "yes")
    next()
  })
  mountInto(app)
  app.get("/who", async (request, response) => {
    response.json(await auth.session(request))
  })
  app.post("/echo", express.text({ type: "*/*" }), (request, response) => {
    const { body } = request
    response.send(typeof body === "string" || Buffer.isBuffer(body) ? body : new URLSearchParams(body).toString())
  })
  app.get("/throw", () => {
    throw new Error("thrown")
  })
  app.use((_request, response) => {
    response.status(404).send("not here")
  })
  app.set("env", "test")
  return listen(createServer(app))
}

async function startFastify(auth: Auth, options?: onNode.MountOptions, withParsers = false): Promise<Server> {
  const app = fastify({ routerOptions: { caseSensitive: false } })
  app.addHook("onRequest", async (request, reply) => {
    if (request.headers[THEME]) reply.header("set-cookie", APP_COOKIE)
  })
  app.addHook("onSend", async (_request, reply) => {
    reply.header("x-app", "yes")
  })
  if (withParsers) {
    const parse = async (_request: unknown, body: string | Buffer) =>
      Object.fromEntries(new URLSearchParams(String(body)))
    app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, parse)
    app.addContentTypeParser("*", { parseAs: "buffer" }, parse)
  }
  await app.register(onFastify.mount(auth, options))
  app.get("/who", async (request) => JSON.stringify(await auth.session(request)))
  if (!withParsers)
    app.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string" },
      async (_: unknown, body: string) => body,
    )
  app.post<{ Body: string | Record<string, string> }>("/echo", async ({ body }) => new URLSearchParams(body).toString())
  app.get("/throw", async () => {
    throw new Error("thrown")
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send("not here"))
  await app.ready()
  app.server.once("close", () => app.close())
  return listen(app.server)
}

async function startHono(auth: Auth, options?: onNode.MountOptions): Promise<Server> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(async (context, next) => {
    if (context.req.header(THEME)) context.header("Set-Cookie", APP_COOKIE, { append: true })
    context.header("X-App", "yes")
    await next()
  })
  app.use(onHono.mount(auth, options))
  app.get("/who", async (context) => context.json(await auth.session(context.req.raw)))
  app.post("/echo", async (context) => context.text(await context.req.text()))
  app.get("/throw", () => {
    throw new Error("thrown")
  })
  app.notFound((context) => context.text("not here", 404))
  app.onError((_error, context) => context.text("thrown", 500))
  return listen(createAdaptorServer({ fetch: app.fetch }) as Server)
}

async function listen(server: Server): Promise<Server> {
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return server
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
