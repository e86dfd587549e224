/**
 * A site with its worker on and a transport that takes everything, where only those with an account may sign in: a
 * known address costs the worker a link and a message, an unknown one nothing but a note.
 */
import { linklatch, type MailMessage } from "../../src/index.ts"
import { createHttpServer, listen } from "../../src/server/http-server.ts"
import { sqlite } from "../../src/sqlite.ts"
import { origin, secret } from "./settings.ts"

const [path = "", ...known] = process.argv.slice(2)
const inbox = new Map<string, MailMessage>()
// Windows so short that nobody is refused, yet each limit is taken.
const wide = { max: 1_000, minutes: 0.001 }

await signUpAll(known)
const auth = siteWhere("closed", () => undefined)
const server = createHttpServer((incoming) => auth.answer(incoming))
process.send?.({ port: await listen(server, "127.0.0.1", 0) })
process.on("SIGTERM", () => process.exit())

function siteWhere(signUp: "open" | "closed", keep: (message: MailMessage) => void) {
  return linklatch({
    baseUrl: origin,
    siteName: "Bench",
    secret,
    store: sqlite(path),
    signUp,
    limits: { askClient: wide, askAddress: wide, redeemClient: wide },
    mail: {
      name: "bench",
      async send(message) {
        keep(message)
        return { status: "sent" }
      },
      verify: async () => undefined,
      close: async () => undefined,
    },
  })
}

async function signUpAll(emails: readonly string[]): Promise<void> {
  const open = siteWhere("open", (message) => inbox.set(message.to, message))
  const post = (form: Record<string, string>, to: string, cookie = "") =>
    open.handler(
      new Request(`${origin}${to}`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin", cookie },
        body: new URLSearchParams(form).toString(),
      }),
    )
  for (const email of emails) {
    const asked = await post({ email }, "/auth/sign-in")
    while (!inbox.has(email)) await new Promise(setImmediate)
    const code = inbox.get(email)?.code ?? ""
    const entered = await post({ code }, "/auth/code", asked.headers.getSetCookie()[0]?.split(";")[0])
    if (entered.status !== 303) throw new Error(`${email} could not sign up: ${entered.status}`)
  }
  await open.close()
}
