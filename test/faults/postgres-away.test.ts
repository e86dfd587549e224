import { expect, it, onTestFinished } from "vitest"
import { postgres } from "../../src/postgres.ts"
import { type App, askForMail, signIn, tokenOf } from "../app.ts"
import { startsSession } from "../attack/answers.ts"
import { findAwayFaults } from "../attack/away-faults.ts"
import { ownApp } from "../attack/own-app.ts"
import type { Browser } from "../browser.ts"
import { openPostgres } from "./campaign-database.ts"

it("OPS-4 P13 while PostgreSQL is gone everything answers 503 with Retry-After, nobody is signed out, and it heals by itself", async () => {
  const database = await openPostgres()
  onTestFinished(() => database.discard())
  const app = ownApp({ store: postgres(database.url), trustedProxies: ["192.0.2.1"] })
  const { browser: ada } = await signIn(app, "ada@example.com")
  const bob = app.browser()
  const toBob = await askForMail(app, bob, "bob@example.com")
  await database.server?.kill()
  const faults = await Promise.all(
    everything(app, ada, bob, tokenOf(toBob), toBob.code).map(async (asked) => findAwayFaults(await asked)),
  )
  expect(faults.flat()).toEqual([])
  const session = app.auth.session({ headers: { cookie: cookieOf(ada) } })
  await expect(session).rejects.toMatchObject({ code: "store_unavailable", statusCode: 503 })
  await expect(app.auth.ping()).rejects.toMatchObject({ code: "store_unavailable" })
  await database.server?.restart()
  await app.auth.ping()
  expect((await ada.get("/auth/account")).status).toBe(200)
  expect(startsSession(await bob.press(toBob)), "the link was not burnt").toBe(true)
})

function everything(app: App, ada: Browser, bob: Browser, token: string, code: string): readonly Promise<Response>[] {
  const proxy = app.browser({ ip: "192.0.2.1" })
  for (const [name, value] of ada.cookies) proxy.cookies.set(name, value)
  return [
    ada.get("/auth/account"),
    ada.get("/auth/check-mail"),
    ada.api("GET", "session"),
    ada.api("GET", "sessions"),
    proxy.get("/auth/verify"),
    proxy.get("/auth/verify", { accept: "application/json" }),
    bob.post("/auth/sign-in", { email: "carol@example.com" }),
    bob.post("/auth/link", { token }),
    bob.post("/auth/code", { code }),
    ada.post("/auth/sign-out"),
    ada.post("/auth/account/sign-out", { session: "all" }),
    bob.api("POST", "sign-in", { email: "carol@example.com" }),
    bob.api("POST", "link", { token }),
    ada.api("POST", "sign-out"),
    ada.api("DELETE", "sessions"),
  ]
}

function cookieOf({ cookies }: Browser): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")
}
