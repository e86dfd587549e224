// What must not compile. Each line that does is an error of its own: an `@ts-expect-error` without one.
import { linklatch, type MailTransport, type Store, type User } from "linklatch"
import { createClient } from "linklatch/client"
import { mount as mountFastify } from "linklatch/fastify"
import { mount as mountNode } from "linklatch/node"
import { withRedis } from "linklatch/redis"
import { resend } from "linklatch/resend"
import { smtp } from "linklatch/smtp"
import { sqlite } from "linklatch/sqlite"
import { createFakeClock, storeContract } from "linklatch/testing"
import { auth, options } from "./auth.ts"

// @ts-expect-error types that no door names
export type Settings = import("linklatch").Settings
// @ts-expect-error nor by the path of their source
export type Outcome = import("linklatch/core/users/user").User
// @ts-expect-error inner modules are nobody's
export type Inner = import("linklatch/dist/auth.js").Auth

// @ts-expect-error four options have no default
linklatch({})
// @ts-expect-error a store is one of them
linklatch({ baseUrl: "https://shop.example", siteName: "Shop", secret: "" })
// @ts-expect-error an address is a text
linklatch({ ...options, baseUrl: new URL("https://shop.example") })
// @ts-expect-error one of three
linklatch({ ...options, signUp: "invite" })
// @ts-expect-error a list
linklatch({ ...options, trustedProxies: "10.0.0.0/8" })
// @ts-expect-error the environment's way to write it
linklatch({ ...options, limits: { askClient: "5/15m" } })
// @ts-expect-error off is false
linklatch({ ...options, limits: { askClient: null } })
// @ts-expect-error no such limit
linklatch({ ...options, limits: { signIn: { max: 1, minutes: 1 } } })
// @ts-expect-error a store, not its file
linklatch({ ...options, store: "auth.db" })
// @ts-expect-error minutes, not a text of them
linklatch({ ...options, linkTtlMinutes: "10" })
// @ts-expect-error a name that isn't there
linklatch({ ...options, baseURL: "https://shop.example" })
// @ts-expect-error the way there is an option too
sqlite({ path: "auth.db" })
// @ts-expect-error a client, not where it finds Redis
withRedis(sqlite("auth.db"), "redis://cache.example")
// @ts-expect-error a client of a cluster, whose commands begin with a key
withRedis(sqlite("auth.db"), cluster)
// @ts-expect-error a sender
smtp({ url: "smtps://mail.example" })
// @ts-expect-error a key
resend({ from: "login@shop.example" })

declare const cluster: {
  readonly isReady: boolean
  sendCommand(firstKey: string | undefined, isReadonly: boolean | undefined, command: string[]): Promise<unknown>
  on(event: string, listener: () => void): unknown
  once(event: string, listener: () => void): unknown
  listenerCount(event: string): number
}
const request = new Request("https://shop.example/")
// @ts-expect-error whose session?
auth.session()
// @ts-expect-error the request, not its cookie
auth.session("session=1")
// @ts-expect-error perhaps nobody
auth.session(request).then((signedIn) => signedIn.user.email)
// @ts-expect-error a promise
auth.session(request).user
// @ts-expect-error web requests
auth.handler({ url: "/auth/sign-in" })
// @ts-expect-error by one or the other
auth.users.find({})
// @ts-expect-error no such way
auth.users.find({ name: "Ada" })
// @ts-expect-error whose
auth.sessions.revoke("01")
// @ts-expect-error our own names have no dot, an application's have one
auth.audit.record({ type: "order_placed" })
// @ts-expect-error flat
auth.audit.record({ type: "shop.order_placed", detail: { items: ["tea"] } })
// @ts-expect-error no such outcome
auth.users.disable("01").then((outcome) => outcome === "disabled")
// @ts-expect-error a mount of Fastify is no handler of node:http
mountNode(auth, mountFastify(auth))
// @ts-expect-error an address is checked before it is one
auth.users.find({ email: "ada@example.com" }).then((user) => user && (user satisfies { email: "ada@example.com" }))

export function rename(user: User): void {
  // @ts-expect-error read only
  user.displayName = "Eve"
}
// @ts-expect-error an outcome, not a boolean
export const wordless: MailTransport["send"] = async () => true
// @ts-expect-error a failure has its reason
export const vague: MailTransport["send"] = async () => ({ status: "failed" })
// @ts-expect-error a store is more than its name
export const empty: Store = { name: "empty" }
// @ts-expect-error a hash is made by the function in charge of it
export const hash: Parameters<Store["links"]["inspect"]>[0] = "abc"
// @ts-expect-error milliseconds
createFakeClock("now")
// @ts-expect-error the runner's functions
storeContract("mine", async () => ({ open: async () => sqlite(":memory:") }))

const client = createClient()
// @ts-expect-error one object, so that what is given has a name
client.signIn.email("ada@example.com")
// @ts-expect-error an address
client.signIn.email({ next: "/orders" })
// @ts-expect-error digits as they were typed
client.signIn.code({ code: 123456 })
// @ts-expect-error as they were typed too
client.signIn.link({ token: "a", match: 42 })
// @ts-expect-error no field that the server would refuse
client.signIn.email({ email: "ada@example.com", callbackURL: "/" })
// @ts-expect-error perhaps it did not work
client.session().then(({ data }) => data.user)
// @ts-expect-error perhaps nobody
client.session().then(({ data }) => data?.user.email)
// @ts-expect-error only with a wrong code
client.signOut().then(({ error }) => error?.triesLeft)
// @ts-expect-error no such code
client.signOut().then(({ error }) => error?.code === "no_such_code")
// @ts-expect-error times are texts
client.sessions.list().then(({ data }) => data?.sessions[0]?.expiresAt.getTime())
