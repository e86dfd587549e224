/** Linklatch on node:http, with all that it does on a request: guards, outbox row, events. Mail goes no further than this process. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { linklatch } from "../../src/index.ts"
import { mount } from "../../src/node.ts"
import { sqlite } from "../../src/sqlite.ts"
import { openDatabase } from "../../src/stores/sqlite/open-database.ts"
import { Outgoing, serveSite } from "./serve-site.ts"
import { origin, secret } from "./settings.ts"

const [path = "", ...flags] = process.argv.slice(2)
const off = { askClient: false, askAddress: false, askBrowser: false, redeemClient: false } as const
// Each request comes from an address of its own, and here an account may ask often: all limits are taken, none is spent.
const on = { askAddress: { max: 1_000, minutes: 60 } } as const
const outgoing = new Outgoing()
const auth = linklatch({
  baseUrl: origin,
  siteName: "Bench",
  secret,
  store: sqlite(path),
  worker: !flags.includes("no-worker"),
  limits: flags.includes("limits") ? on : off,
  trustedProxies: ["127.0.0.1"],
  mail: {
    name: "bench",
    async send({ to, link }) {
      outgoing.hand(to, link)
      return { status: "sent" }
    },
    verify: async () => undefined,
    close: async () => undefined,
  },
})
const application = mount(auth, async (request, response) => {
  response.end((await auth.session(request)) === null ? "nobody" : "somebody")
})
const server = createServer(application)
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo
  serveSite({ port, versions: { "node:sqlite": process.versions["sqlite"] ?? "" }, durability: durability() }, outgoing)
})

// The library keeps its connection to itself: another one, opened by the same function, is asked instead.
function durability() {
  const database = openDatabase(path)
  const journalMode = String(database.prepare("pragma journal_mode").get()?.["journal_mode"])
  const synchronous = Number(database.prepare("pragma synchronous").get()?.["synchronous"])
  database.close()
  return { journalMode, synchronous }
}
