/**
 * Auth.js with a mail provider, its Drizzle adapter and better-sqlite3. It brings no mount for node:http, so its handler
 * (Request → Response) stands on @hono/node-server. It has no limits. Sessions are in the database, its
 * default with an adapter.
 */

import { readFileSync } from "node:fs"
import type { Server } from "node:http"
import type { AddressInfo } from "node:net"
import { Auth, type AuthConfig } from "@auth/core"
import { DrizzleAdapter } from "@auth/drizzle-adapter"
import { createAdaptorServer } from "@hono/node-server"
import Database from "better-sqlite3"
import { drizzle } from "drizzle-orm/better-sqlite3"
import { Outgoing, serveSite } from "../sites/serve-site.ts"
import { secret } from "../sites/settings.ts"
import { durabilityOf, versionsOf } from "./facts.ts"

const [path = ""] = process.argv.slice(2)
const outgoing = new Outgoing()
const database = new Database(path)
database.pragma("journal_mode = wal")
database.pragma("synchronous = full")
database.exec(readFileSync(new URL("auth-js.sql", import.meta.url), "utf8"))

const config: AuthConfig = {
  adapter: DrizzleAdapter(drizzle(database)),
  secret,
  trustHost: true,
  basePath: "/auth",
  useSecureCookies: true,
  providers: [
    {
      id: "http-email",
      name: "Email",
      type: "email",
      maxAge: 600,
      sendVerificationRequest: ({ identifier, url }) => outgoing.hand(identifier, url),
    },
  ],
}

const server = createAdaptorServer({ fetch: (request) => Auth(request, config) }) as Server
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo
  const packages = ["@auth/core", "@auth/drizzle-adapter", "drizzle-orm", "better-sqlite3"]
  serveSite({ port, versions: versionsOf(packages, database), durability: durabilityOf(database) }, outgoing)
})
