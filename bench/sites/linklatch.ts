/**
 * Linklatch on node:http, with all that it does on a request: guards, outbox row, events. Mail goes no further than this
 * process. `linklatch.ts DATABASE ENGINE [limits] [no-worker] [drop-mail] [no-seal]`
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { linklatch } from "../../src/index.ts"
import { mount } from "../../src/node.ts"
import { openStore } from "./open-store.ts"
import { Outgoing, serveSite } from "./serve-site.ts"
import { origin, secret } from "./settings.ts"

const [database = "", engine = "sqlite", ...flags] = process.argv.slice(2)
const off = { askClient: false, askAddress: false, askBrowser: false, redeemClient: false } as const
// Each request comes from an address of its own, and here an account may ask often: all limits are taken, none is spent.
const on = { askAddress: { max: 1_000, minutes: 60 } } as const
const keepsMail = !flags.includes("drop-mail")
const outgoing = new Outgoing()
const { store, facts } = await openStore(engine, database)
const auth = linklatch({
  baseUrl: origin,
  siteName: "Bench",
  secret,
  store,
  worker: !flags.includes("no-worker"),
  ...(flags.includes("no-seal") && { audit: { seal: false } }),
  limits: flags.includes("limits") ? on : off,
  trustedProxies: ["127.0.0.1"],
  mail: {
    name: "bench",
    async send({ to, link }) {
      if (keepsMail) outgoing.hand(to, link)
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
  serveSite({ port, ...facts }, outgoing)
})
