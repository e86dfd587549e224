/**
 * Better Auth as its documentation mounts it on node:http, with its magic link plugin, on better-sqlite3 or a `pg` pool, the
 * drivers that it recommends. Its defaults, but: limits off, telemetry off, and the database durable.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { betterAuth } from "better-auth"
import { getMigrations } from "better-auth/db/migration"
import { fromNodeHeaders, toNodeHandler } from "better-auth/node"
import { magicLink } from "better-auth/plugins"
import { Outgoing, serveSite } from "../sites/serve-site.ts"
import { origin, secret } from "../sites/settings.ts"
import { openDatabase } from "./open-database.ts"

const [at = "", cookieCache = "no-cookie-cache"] = process.argv.slice(2)
const outgoing = new Outgoing()
const opened = openDatabase(at)

const auth = betterAuth({
  baseURL: origin,
  secret,
  database: opened.database,
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { level: "error" },
  session: { cookieCache: { enabled: cookieCache === "cookie-cache" } },
  plugins: [magicLink({ sendMagicLink: ({ email, url }) => outgoing.hand(email, url) })],
})
const { runMigrations } = await getMigrations(auth.options)
await runMigrations()

const handle = toNodeHandler(auth)
const server = createServer(async (request, response) => {
  if (request.url !== "/session") return handle(request, response)
  const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) })
  response.end(session === null ? "nobody" : "somebody")
})
const facts = await opened.facts(["better-auth", "kysely"])
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo
  serveSite({ port, ...facts }, outgoing)
})
