import type { Page, Request } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { en } from "../../src/core/words/en.ts"
import { type Chromium, openChromium } from "./chromium.ts"
import { type OtherSite, openOtherSite } from "./other-site.ts"
import { type Site, startSite } from "./site.ts"
import { askForMail, heading, signIn } from "./walk.ts"

let site: Site
let other: OtherSite
let chromium: Chromium
beforeAll(async () => {
  other = await openOtherSite()
  site = await startSite({ env: { ALLOWED_ORIGINS: other.foreign } })
  chromium = await openChromium()
})
afterAll(async () => {
  await chromium?.close()
  await site?.stop()
  await other?.close()
})

// Every encoding that a form has.
const ENCODINGS = ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]

describe("a link on another site, as in a mail reader on the web", () => {
  it("finds the flow and the session of its browser (COO-2)", async () => {
    const page = await chromium.open()
    const { link } = await askForMail(page, site, "webmail@example.com")
    await clickOn(page, other.foreign, `<a href="${link}">Open</a>`)
    await page.waitForURL("**/auth/account")
    await clickOn(page, other.foreign, `<a href="${site.origin}/auth/account">Open</a>`)
    expect(await heading(page)).toBe(en.pages.account.title)
  })
})

describe("a form on another site", () => {
  it.each(["/auth/sign-in", "/auth/link", "/auth/code", "/auth/sign-out", "/auth/account/sign-out"])(
    "can't press %s, in any encoding, nor from a neighbour's port (CSR-3, COO-2)",
    async (path) => {
      const page = await chromium.open()
      const person = `csrf${path.replaceAll("/", "-")}@example.com`
      await signIn(page, site, person)
      const { link, code } = await askForMail(page, site, person)
      const token = link.split("/").at(-1) ?? ""
      const fields = Object.entries({ email: `victim-${person}`, token, code, session: "all" })
      const inputs = fields.map(([name, value]) => `<input name="${name}" value="${value}">`).join("")
      for (const { from, encoding, hasCookies } of senders()) {
        const form = `<form method="post" action="${site.origin}${path}" enctype="${encoding}">${inputs}<button>Win</button></form>`
        const posted = await clickOn(page, from, form)
        expect((await posted.response())?.status()).toBe(403)
        expect(await heading(page)).toBe(en.pages.problem.cross_origin.title)
        expect("cookie" in (await posted.allHeaders())).toBe(hasCookies)
      }
      expect(site.messagesTo(`victim-${person}`)).toBe(0)
      // The session is still there, and so is the link.
      await page.goto(`${site.origin}/auth/account`)
      expect(await page.locator(".person").innerText()).toContain(person)
      await page.context().clearCookies({ name: "linklatch_session" })
      await page.goto(link)
      await page.waitForURL("**/auth/account")
    },
  )
})

describe("the page of a link", () => {
  it("tells no other site its address: neither what it sends there, nor where it leads (HDR-4)", async () => {
    const page = await chromium.open()
    const sent: Request[] = []
    page.on("request", (request) => sent.push(request))
    const { link } = await askForMail(page, site, "leads@example.com", `${other.foreign}/after`)
    await page.goto(link)
    await page.waitForURL(`${other.foreign}/after`)
    expect(other.visits.findLast(({ url }) => url === "/after")?.headers.referer).toBeUndefined()
    const referers = await Promise.all(sent.map(async (request) => (await request.allHeaders())["referer"] ?? ""))
    expect(sent.some((request) => request.url() === `${site.origin}/auth/link`)).toBe(true)
    expect(referers.filter((referer) => referer.includes("/auth/link/"))).toEqual([])
  })

  it("has no Referer for anybody even where its content policy is out of force (HDR-4)", async () => {
    const page = await chromium.open({ bypassCSP: true })
    const { link } = await askForMail(await chromium.open(), site, "canary@example.com")
    await page.goto(link)
    await page.evaluate((origin) => {
      document.body.innerHTML = `<img src="${origin}/canary.png"><a href="${origin}/canary.html">On</a>`
    }, other.foreign)
    await page.getByRole("link", { name: "On" }).click()
    await page.waitForURL("**/canary.html")
    for (const name of ["/canary.png", "/canary.html"]) {
      const visit = other.visits.find(({ url }) => url === name)
      expect(visit?.headers).toBeDefined()
      expect(visit?.headers.referer).toBeUndefined()
    }
  })

  it("can load nothing from another site", async () => {
    const page = await chromium.open({ expectedFaults: /Content Security Policy/ })
    const { link } = await askForMail(await chromium.open(), site, "blocked@example.com")
    await page.goto(link)
    await page.evaluate(async (origin) => {
      const picture = new Image()
      picture.src = `${origin}/blocked.png`
      await picture.decode().catch(() => undefined)
      await fetch(`${origin}/blocked.json`, { mode: "no-cors" }).catch(() => undefined)
    }, other.foreign)
    expect(other.visits.filter(({ url }) => url.includes("blocked"))).toEqual([])
  })
})

// To a browser a neighbour's port is the same site: it gets the cookies, and only the guard stops it.
function senders() {
  const foreign = ENCODINGS.map((encoding) => ({ from: other.foreign, encoding, hasCookies: false }))
  return [...foreign, { from: other.neighbour, encoding: ENCODINGS[0], hasCookies: true }]
}

/** Puts something on a page of that site and presses it; answers with the request that this sent to us. */
async function clickOn(page: Page, origin: string, html: string): Promise<Request> {
  other.serve(html)
  await page.goto(`${origin}/`)
  const [request] = await Promise.all([
    page.waitForRequest((one) => one.url().startsWith(site.origin) && one.isNavigationRequest()),
    page.waitForEvent("load"),
    page.locator("a, button").click(),
  ])
  return request
}
