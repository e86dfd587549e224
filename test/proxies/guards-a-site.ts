import { describe, expect, it } from "vitest"
import type { StartProxy } from "./guarded-site.ts"
import { send } from "./send.ts"
import { cookieOf, type Echo, useSite } from "./use-site.ts"

const QUERY = "?a=1&b=%26&c=%C3%BC"
const STRANGER = "127.0.0.9"
const TO_SIGN_IN = expect.toBeOneOf([302, 303])

/** What Linklatch and a proxy do together, by the proxy's example alone. */
export function guardsASite(name: string, startProxy: StartProxy): void {
  describe(name, () => {
    const { site, echo, wire } = useSite(startProxy, { env: { LIMIT_ASK_CLIENT: "40/1h" } })

    it("sends a person to sign in by mail, and back to where they were going, with the whole query", async () => {
      const browser = site().browser()
      const refused = await browser.get(`/orders/7${QUERY}`)
      expect(refused.status).toEqual(TO_SIGN_IN)
      const signIn = new URL(refused.headers.get("location") ?? "")
      expect(signIn.origin + signIn.pathname).toBe(`${site().origin}/auth/sign-in`)
      const page = await (await browser.get(signIn.pathname + signIn.search)).text()
      const next = /name="next" value="([^"]*)"/.exec(page)?.[1]?.replaceAll("&amp;", "&") ?? ""
      const asked = await browser.post("/auth/sign-in", { email: "ada.lovelace@example.com", next })
      expect(asked.headers.get("location")).toBe("/auth/check-mail")
      const press = await browser.press(await site().linklatch.message("ada.lovelace@example.com"))
      expect(press.headers.get("location")).toBe(`/orders/7${QUERY}`)
      const { url, person } = await echo(browser, press.headers.get("location") ?? "")
      expect(url).toBe(`/orders/7${QUERY}`)
      expect(person).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        email: "ada.lovelace@example.com",
        name: "Ada Lovelace",
        isAdmin: false,
      })
    })

    it("sends a person who pressed too late back to the page with the form", async () => {
      const headers = { referer: `${site().origin}/form${QUERY}` }
      const late = await site().browser().post("/orders", { item: "7" }, headers)
      expect(late.status).toBe(303)
      expect(new URL(late.headers.get("location") ?? "").searchParams.get("next")).toBe(`/form${QUERY}`)
    })

    it("shows Linklatch's pages and what belongs to them to everybody", async () => {
      const page = await (await site().browser().get("/auth/sign-in")).text()
      const stylesheet = /href="(\/auth\/assets\/[^"]+\.css[^"]*)"/.exec(page)?.[1] ?? ""
      expect((await site().browser().get(stylesheet)).headers.get("content-type")).toMatch(/^text\/css/)
    })

    it("lets people to pages with a very long query, signed in or not", async () => {
      const browser = await site().signedIn("long@example.com")
      // Each sign becomes three on its way through Location.
      const long = `/?q=${"=".repeat(1_900)}`
      expect((await echo(browser, long)).url).toBe(long)
      const refused = await site().browser().get(long)
      expect(new URL(refused.headers.get("location") ?? "").searchParams.get("next")).toBe(long)
      const longer = `/?q=${"a".repeat(6_000)}`
      expect((await echo(browser, longer)).url).toBe(longer)
      expect((await site().browser().get(longer)).headers.get("location")).toBe(`${site().origin}/auth/sign-in`)
    })

    it("passes on what is posted, also much at once, and HEAD", async () => {
      const browser = await site().signedIn("post@example.com")
      const form = { text: "x".repeat(200_000) }
      const posted = (await (await browser.post("/orders", form)).json()) as Echo
      expect([posted.method, posted.body]).toEqual(["POST", new URLSearchParams(form).toString()])
      const head = await browser.send("HEAD", "/orders", undefined, {})
      expect([head.status, await head.text()]).toEqual([200, ""])
      expect((await site().browser().send("HEAD", "/orders", undefined, { accept: "*/*" })).status).toBe(401)
    })

    it.each<Record<string, string>>([
      { accept: "application/json", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" },
      { accept: "*/*" },
      { "x-requested-with": "XMLHttpRequest" },
    ])("answers 401 and a problem to a script: %j", async (headers) => {
      const answer = await site().browser().get("/orders", headers)
      expect([answer.status, answer.headers.get("location")]).toEqual([401, null])
      expect(answer.headers.get("content-type")).toBe("application/problem+json")
      expect(await answer.json()).toMatchObject({ status: 401, code: "not_signed_in" })
    })

    it("lets nobody in from the moment of signing out, not with a kept cookie either", async () => {
      const browser = await site().signedIn("out@example.com")
      const cookie = cookieOf(browser)
      expect((await echo(browser, "/")).person.email).toBe("out@example.com")
      await browser.post("/auth/sign-out")
      const kept = await wire({ path: "/", headers: { cookie, accept: "application/json" } })
      expect([(await browser.get("/")).status, kept.status]).toEqual([TO_SIGN_IN, 401])
    })

    it("lets nobody in from the moment when the session was ended elsewhere", async () => {
      const [here, there] = [await site().signedIn("both@example.com"), await site().signedIn("both@example.com")]
      expect((await here.get("/")).status).toBe(200)
      await there.post("/auth/account/sign-out", { session: "all" })
      expect((await here.get("/")).status).toEqual(TO_SIGN_IN)
    })

    it("lets administrators into their area, and nobody else", async () => {
      const [ada, root] = [await site().signedIn("not-root@example.com"), await site().signedIn("root@example.com")]
      expect((await echo(root, "/")).person.isAdmin).toBe(true)
      expect((await echo(root, "/admin-area/users")).person.isAdmin).toBe(true)
      for (const path of ["/admin-area", "/admin-area/", "/admin-area/users?a=b"]) {
        expect((await ada.get(path)).status, path).toBe(403)
        expect((await site().browser().get(path)).status, path).toEqual(TO_SIGN_IN)
      }
    })

    it("knows in limits and log where a client really is, whatever it says", async () => {
      const browser = site().browser(STRANGER)
      const ask = (claim: string) =>
        browser.post("/auth/sign-in", { email: "flood@example.com" }, { "x-forwarded-for": claim, "x-real-ip": claim })
      for (let count = 0; count < 40; count += 1) expect((await ask(`198.51.100.${count}`)).status).toBe(303)
      expect((await ask("198.51.100.77")).status).toBe(429)
      const other = await site().browser("127.0.0.10").post("/auth/sign-in", { email: "calm@example.com" })
      expect(other.status).toBe(303)
      await browser.get("/orders", { "x-forwarded-for": "198.51.100.78" })
      const verified = () =>
        site()
          .linklatch.logLines.map((line) => JSON.parse(line) as { route?: string; client?: string })
          .filter(({ route, client }) => route === "/auth/verify" && client === STRANGER)
      await expect.poll(() => verified().length).toBe(1)
      expect(site().linklatch.logLines.join("\n")).not.toMatch(/198\.51\.100\./)
    })

    it("doesn't tell who is signed in to whoever goes around the proxy", async () => {
      const browser = await site().signedIn("around@example.com")
      const headers = { cookie: cookieOf(browser), "x-forwarded-for": "127.0.0.1", "x-forwarded-uri": "/" }
      const direct = { origin: `http://localhost:${site().linklatch.port}`, path: "/auth/verify", headers }
      expect((await send({ ...direct, from: STRANGER })).status).toBe(404)
      expect((await send(direct)).status).toBe(200)
      const told = () => site().linklatch.logLines.filter((line) => line.includes("verify_refused"))
      await expect.poll(() => told().length).toBe(1)
      expect(told()[0]).toContain(STRANGER)
    })
  })
}
