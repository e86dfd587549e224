import { afterAll, beforeAll, expect, it } from "vitest"
import { postgres } from "../../src/postgres.ts"
import { type App, askForMail, createApp, signIn } from "../app.ts"
import { untilIdle } from "../attack/until-idle.ts"
import { Browser } from "../browser.ts"
import { type GuideDatabase, startGuideDatabase } from "./guide-database.ts"

const OLD = "the-old-secret-that-is-long-enough-for-us"
const NEW = "quite-another-secret-for-after-the-restore"
const MINUTE = 60_000

let database: GuideDatabase
beforeAll(async () => {
  database = await startGuideDatabase()
})
afterAll(() => database.stop())

async function withSite<Result>(secret: readonly [string, ...string[]], use: (app: App) => Promise<Result>) {
  const app = createApp({ secret, store: postgres(database.urlOf("linklatch_app")) })
  try {
    return await use(app)
  } finally {
    await app.close()
  }
}

/** The same person's browser at another process, with the cookies that it had. */
function atSite(app: App, cookies: ReadonlyMap<string, string>): Browser {
  const browser = new Browser(app.auth, "https://login.example.com", "198.51.100.7")
  for (const [name, value] of cookies) browser.cookies.set(name, value)
  return browser
}

const isSignedIn = async (app: App, cookies: ReadonlyMap<string, string>) =>
  (await atSite(app, cookies).get("/auth/account")).status === 200

/** A press that signs nobody in leads back to the link's page, which says why. */
const signsIn = async (app: App, { cookies, link }: Asked) =>
  (await atSite(app, cookies).press({ link })).headers.get("location") === "/auth/account"

interface Asked {
  readonly cookies: ReadonlyMap<string, string>
  readonly link: string
  readonly code: string
}

async function ask(app: App, email: string): Promise<Asked> {
  const browser = app.browser()
  const { link, code } = await askForMail(app, browser, email)
  return { cookies: new Map(browser.cookies), link, code }
}

/** Ada signs in, the rest ask; then comes the backup; then Ada signs out and Bob uses his link; then the backup comes back. */
async function livesThroughARestore() {
  const before = await withSite([OLD], async (app) => {
    const { browser } = await signIn(app, "ada@example.com")
    const ada = new Map(browser.cookies)
    const asked = {
      bob: await ask(app, "bob@example.com"),
      eve: await ask(app, "eve@example.com"),
      mia: await ask(app, "mia@example.com"),
    }
    await untilIdle(app)
    await database.runBlock("pg_dump")
    await browser.post("/auth/sign-out")
    expect(await isSignedIn(app, ada)).toBe(false)
    expect(await signsIn(app, asked.bob)).toBe(true)
    expect(await signsIn(app, asked.bob)).toBe(false)
    return { ada, ...asked }
  })
  await database.makeAnew()
  await database.runBlock("pg_restore")
  return before
}

it("a restore brings back sessions that were ended and links that were used, until a new secret and their time end them", async () => {
  const { ada, bob, eve, mia } = await livesThroughARestore()
  // `keys rotate` in good order: the old secret still verifies.
  await withSite([NEW, OLD], async (app) => {
    expect(await isSignedIn(app, ada)).toBe(true)
    expect(await signsIn(app, bob)).toBe(true)
  })
  await withSite([NEW], async (app) => {
    expect(await isSignedIn(app, ada)).toBe(false)
    const typed = await atSite(app, eve.cookies).post("/auth/code", { code: eve.code })
    expect(typed.headers.get("location")).not.toBe("/auth/account")
    expect(await signsIn(app, eve)).toBe(true)
    app.clock.advance(10 * MINUTE)
    expect(await signsIn(app, mia)).toBe(false)
  })
})
