/** Linklatch as it is, with all that it does on a request: guards, limits, outbox row, events. Sending is off on all sides. */
import { linklatch } from "../../src/index.ts"
import { createHttpServer, listen } from "../../src/server/http-server.ts"
import { sqlite } from "../../src/sqlite.ts"
import { origin, secret } from "./seed.ts"

const [path = ""] = process.argv.slice(2)
const auth = linklatch({
  baseUrl: origin,
  siteName: "Bench",
  secret,
  store: sqlite(path),
  worker: false,
  // Each request comes from an address of its own, so the limits are taken and never spent.
  trustedProxies: ["127.0.0.1"],
})
const server = createHttpServer(async (incoming) => {
  if (incoming.target !== "/session") return auth.answer(incoming)
  const signedIn = await auth.session({ headers: { cookie: incoming.header("cookie") ?? undefined } })
  return { status: 200, headers: {}, body: signedIn === null ? "nobody" : "somebody" }
})
process.send?.({ port: await listen(server, "127.0.0.1", 0) })
process.on("SIGTERM", () => process.exit())
