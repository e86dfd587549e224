import { once } from "node:events"
import type { Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, describe, expect, it, onTestFinished } from "vitest"
import { LinklatchError } from "../../src/index.ts"
import { createApp, signIn, tokenOf } from "../app.ts"
import type { Browser } from "../browser.ts"
import { sites } from "../mounts/sites.ts"
import { startsSession } from "./answers.ts"
import { findAwayFaults } from "./away-faults.ts"
import { ownApp, ownFile } from "./own-app.ts"
import { type OwnServer, ownServer } from "./own-server.ts"
import { type StoreFault, storeFaults } from "./store-faults.ts"

const everyFault = Object.entries(storeFaults).map(([name, fault]) => ({ name, fault }))
const NEVER = { max: 1_000, minutes: 1 }
// Whatever a test throws, the disk has room again for the next one.
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

describe.each(everyFault)("while the store is away by $name", ({ fault }) => {
  it("OPS-4 P13 everything that must write answers 503 with Retry-After, signs nobody in or out, and heals by itself", async () => {
    const { server, ada, bob } = await siteWithPeople()
    const end = begin(fault, server.path)
    const answers = await Promise.all(writesOf(ada, bob).map(async (act) => findAwayFaults(await act())))
    expect(answers.flat()).toEqual([])
    end()
    expect((await ada.browser.get("/auth/account")).status, "Ada is signed in as before").toBe(200)
    expect(startsSession(await bob.browser.press(bob.message)), "Bob's link was not burnt").toBe(true)
    expect(await signsInAnew(server)).toBe(true)
  })

  it("OPS-4 P13 checks of a session answer who it is, or 503: never that nobody is signed in", async () => {
    const { server, ada } = await siteWithPeople()
    const paths = ["/auth/account", "/auth/verify", "/auth/api/session", "/auth/api/sessions"]
    const end = begin(fault, server.path)
    for (const path of paths) {
      for (const accept of ["text/html", "application/json"]) {
        const response = await ada.browser.get(path, { accept })
        if (fault.readsGoOn) expect([path, response.status]).toEqual([path, 200])
        else expect([path, ...(await findAwayFaults(response))]).toEqual([path])
      }
    }
    end()
    expect((await ada.browser.get("/auth/account")).status).toBe(200)
  })

  it("OPS-4 P13 /readyz says so with 503 and Retry-After, and that all is well when it is; /healthz and /metrics answer", async () => {
    const { server } = await siteWithPeople()
    const end = begin(fault, server.path)
    const answers = await Promise.all(["/readyz", "/healthz", "/metrics"].map((path) => plainGet(server, path)))
    expect(answers.map(({ status }) => status)).toEqual([503, 200, 200])
    expect(answers[0]?.headers.get("retry-after")).toMatch(/^[1-9][0-9]*$/)
    end()
    expect((await plainGet(server, "/readyz")).status).toBe(200)
  })

  it("OPS-4 P13 auth.session tells who it is, or rejects: it is never null", async () => {
    const path = await ownFile()
    const app = ownApp({ path })
    const { browser } = await signIn(app, "ada@example.com")
    const request = requestOf(browser)
    const end = begin(fault, path)
    const asked = app.auth.session(request)
    if (fault.readsGoOn) expect((await asked)?.user.email).toBe("ada@example.com")
    else await expect(asked).rejects.toMatchObject({ code: "store_unavailable", statusCode: 503 })
    end()
    expect((await app.auth.session(request))?.user.email).toBe("ada@example.com")
  })
})

describe("a store that is closed", () => {
  it("OPS-4 P13 answers everything with 503 and Retry-After, and signs nobody out", async () => {
    const app = createApp()
    const { browser } = await signIn(app, "ada@example.com")
    await app.close()
    const paths = ["/auth/account", "/auth/check-mail", "/auth/api/session", "/auth/api/sessions"]
    for (const path of paths) expect([path, ...(await findAwayFaults(await browser.get(path)))]).toEqual([path])
    expect(await findAwayFaults(await browser.post("/auth/sign-in", { email: "bob@example.com" }))).toEqual([])
    await expect(app.auth.session(requestOf(browser))).rejects.toBeInstanceOf(LinklatchError)
    await expect(app.auth.ping()).rejects.toMatchObject({ code: "closed" })
  })

  it.each(["Express", "Fastify"])(
    "OPS-4 P13 makes a route of %s that asks who is signed in answer 503 with Retry-After, by itself",
    async (framework) => {
      const app = createApp()
      const { browser } = await signIn(app, "ada@example.com")
      const server = await sites[framework]?.(app.auth)
      if (server === undefined) throw new Error(`There is no site on ${framework}.`)
      onTestFinished(() => void server.close())
      const url = `http://127.0.0.1:${await portOf(server)}/who`
      const headers = { cookie: cookieOf(browser) }
      expect((await fetch(url, { headers })).status).toBe(200)
      await app.close()
      const response = await fetch(url, { headers })
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"])
      expect(response.headers.getSetCookie()).toEqual([])
    },
  )
})

interface Person {
  readonly browser: Browser
  readonly message: { readonly link: string; readonly code: string }
}

/** Ada is signed in, Bob has mail. */
async function siteWithPeople(): Promise<{ server: OwnServer; ada: Person; bob: Person }> {
  const limits = { askClient: NEVER, askAddress: NEVER, redeemClient: NEVER }
  const server = await ownServer({ trustedProxies: ["127.0.0.1"], limits })
  const [ada, bob] = [await withMail(server, "ada@example.com"), await withMail(server, "bob@example.com")]
  await ada.browser.press(ada.message)
  return { server, ada, bob }
}

async function withMail(server: OwnServer, email: string): Promise<Person> {
  const browser = server.browser()
  await browser.post("/auth/sign-in", { email })
  const newest = async () => (await server.mail()).find(({ to }) => to === email)
  await expect.poll(newest, { timeout: 5_000 }).toBeDefined()
  const message = await newest()
  if (message === undefined) throw new Error("unreachable")
  return { browser, message }
}

async function signsInAnew(server: OwnServer): Promise<boolean> {
  const { browser, message } = await withMail(server, "carol@example.com")
  return startsSession(await browser.press(message))
}

/** Everything that a person may do that has to be written down. */
function writesOf(ada: Person, bob: Person): readonly (() => Promise<Response>)[] {
  const token = tokenOf(bob.message)
  const { code } = bob.message
  const email = "carol@example.com"
  const json = { accept: "application/json" }
  return [
    () => bob.browser.post("/auth/sign-in", { email }),
    () => bob.browser.post("/auth/sign-in", { email }, json),
    () => bob.browser.post("/auth/link", { token }),
    () => bob.browser.post("/auth/link", { token }, json),
    () => bob.browser.post("/auth/code", { code }),
    () => ada.browser.post("/auth/sign-out"),
    () => ada.browser.post("/auth/account/sign-out", { session: "all" }),
    () => bob.browser.api("POST", "sign-in", { email }),
    () => bob.browser.api("POST", "link", { token }),
    () => bob.browser.api("POST", "code", { code }),
    () => ada.browser.api("POST", "sign-out"),
    () => ada.browser.api("DELETE", "sessions"),
  ]
}

function begin(fault: StoreFault, path: string): () => void {
  const end = fault.begin(path)
  let isOver = false
  const endOnce = () => {
    if (!isOver) end()
    isOver = true
  }
  ends.push(endOnce)
  return endOnce
}

function plainGet({ port }: OwnServer, path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`)
}

function requestOf(browser: Browser): { headers: Record<string, string> } {
  return { headers: { cookie: cookieOf(browser) } }
}

function cookieOf({ cookies }: Browser): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")
}

async function portOf(server: Server): Promise<number> {
  if (!server.listening) await once(server, "listening")
  return (server.address() as AddressInfo).port
}
