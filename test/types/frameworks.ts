// Each mount where its framework's own types ask for one.
import express from "express"
import fastify from "fastify"
import { Hono } from "hono"
import { mount as mountExpress } from "linklatch/express"
import { mount as mountFastify } from "linklatch/fastify"
import { mount as mountHono } from "linklatch/hono"
import { auth } from "./auth.ts"

const shop = express()
shop.use(express.json(), mountExpress(auth))
shop.use("/auth", mountExpress(auth, { admin: true }))
shop.get("/orders", async (request, response) => {
  const signedIn = await auth.session(request)
  response.send(signedIn?.user.email)
})

const plugins = fastify({ logger: true })
await plugins.register(mountFastify(auth))
await plugins.register(mountFastify(auth, { admin: true }))
plugins.get("/orders", async (request) => (await auth.session(request))?.user.email ?? "nobody")

const hono = new Hono<{ Variables: { user: string } }>()
hono.use(mountHono(auth))
hono.use("*", mountHono(auth, { admin: true }))
hono.get("/orders", async (context) => context.text((await auth.session(context.req.raw))?.user.email ?? "nobody"))

// @ts-expect-error each framework has its own
shop.use(mountHono(auth))
// @ts-expect-error each framework has its own
plugins.register(mountExpress(auth))
// @ts-expect-error each framework has its own
hono.use(mountFastify(auth))
// @ts-expect-error `auth` itself is no middleware
shop.use(auth)
