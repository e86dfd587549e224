import { describe, expect, it } from "vitest"
import type { StartProxy } from "./guarded-site.ts"
import { openSocket } from "./open-socket.ts"
import { cookieOf, type Echo, useSite } from "./use-site.ts"

const OURS = ["remote-user", "remote-email", "remote-name", "remote-groups", "remote-jwt"]

// biome-ignore format: a table
const LIES: [how: string, headers: string[]][] = [
  ["as we write it", ["Remote-User", "root", "Remote-Groups", "admin", "Remote-Email", "root@example.com"]],
  ["in small letters", ["remote-user", "root", "remote-groups", "admin", "remote-name", "Root"]],
  ["in odd letters", ["rEmOtE-uSeR", "root", "REMOTE-GROUPS", "admin"]],
  ["twice", ["Remote-User", "root", "Remote-User", "root", "Remote-Groups", "admin", "remote-groups", "admin"]],
  ["with underscores", ["remote_user", "root", "Remote_Groups", "admin", "REMOTE_EMAIL", "root@example.com"]],
  ["with and without", ["Remote_User", "root", "Remote-Groups", "admin", "Remote_Groups", "admin"]],
  ["as a signed word", ["Remote-Jwt", "e30.e30.", "remote_jwt", "e30.e30."]],
  ["far down", [...Array.from({ length: 20 }, (_, at) => [`X-${at}`, "a"]).flat(), "Remote-Groups", "admin"]],
  ["beside where it says it is", ["X-Forwarded-Uri", "/", "X-Original-URL", "/", "X-Forwarded-Method", "GET", "Remote-Groups", "admin"]],
  ["to be dropped on the way", ["Connection", "close, Remote-User, remote-groups", "Remote-Groups", "admin"]],
  ["to be dropped, in a second line", ["Connection", "close", "Connection", "REMOTE-USER", "Remote-Groups", "admin"]],
]

/** What a real proxy must do beside, whatever a client writes. */
export function holdsAgainstLies(name: string, startProxy: StartProxy): void {
  describe(name, () => {
    const { site, echo, wire } = useSite(startProxy)
    const host = () => new URL(site().origin).host

    it.each(LIES)("lets no word of a client about itself get through to the application: %s", async (_, forged) => {
      const browser = await site().signedIn("liar@example.com")
      const { person } = await echo(browser, "/")
      expect(person).toMatchObject({ email: "liar@example.com", isAdmin: false })
      const answer = await wire({
        path: "/",
        headers: ["Host", host(), "Cookie", cookieOf(browser), "Accept", "*/*", ...forged],
      })
      if (answer.status !== 200) return expect(answer.status).toBe(400)
      const { headers, person: told } = (await answer.json()) as Echo
      expect(told).toEqual(person)
      const remote = Object.entries(headers).filter(([one]) => /^remote/i.test(one))
      for (const [one, values] of remote) expect([OURS.includes(one), values.length], one).toEqual([true, 1])
      expect((headers["remote-jwt"] ?? []).join()).toBe("")
    })

    it.each(LIES)("lets nobody in by what they say about themselves: %s", async (_, forged) => {
      const answer = await wire({ path: "/", headers: ["Host", host(), "Accept", "*/*", ...forged] })
      expect(answer.status).toBeOneOf([400, 401])
      expect(await answer.text()).not.toContain('"person"')
    })

    it("believes no client about where it was going", async () => {
      const claims = { "x-forwarded-uri": "/lie", "x-forwarded-host": "evil.example", "x-forwarded-method": "POST" }
      const more = {
        "x-original-url": "https://evil.example/",
        "x-original-method": "POST",
        "x-forwarded-proto": "ftp",
      }
      const answer = await wire({ path: "/truth", headers: { accept: "text/html", ...claims, ...more } })
      expect(answer.status).toBeOneOf([302, 303])
      expect(answer.headers.get("location")).toBe(`${site().origin}/auth/sign-in?next=%2Ftruth`)
    })

    it("lets nobody into the administrators' area by another spelling of its path", async () => {
      const cookie = cookieOf(await site().signedIn("not-root@example.com"))
      const spellings = [
        ..."/x/../admin-area/ //admin-area/ /%61dmin-area/ /./admin-area /%2e/admin-area /Admin-Area/users /ADMIN-AREA".split(
          " ",
        ),
        // The proxy resolves these, and passes them on as they came to an application that may not.
        ..."/admin-area/../x /admin-area/users/../../x /admin-area/%2e%2E/x /admin-area/..%2fx /admin-area%2F..%2Fx".split(
          " ",
        ),
        ..."/admin-area/.. /admin-area/..?a=b /admin-area/%2e.".split(" "),
        // Some applications resolve these, and the proxy doesn't.
        ..."/x/..;/admin-area /x/..;a=b/admin-area /x/..%3b/admin-area /x\\..\\admin-area /x/..%5cadmin-area".split(
          " ",
        ),
      ]
      for (const path of spellings) {
        expect((await wire({ path, headers: { cookie, accept: "text/html" } })).status, path).toBeOneOf([400, 403])
      }
    })

    it("takes no dots for another spelling that are none", async () => {
      const cookie = cookieOf(await site().signedIn("dots@example.com"))
      for (const path of ["/a..b", "/..a", "/.well-known/x", "/...", "/a/.../b", "/?next=/a/../b", "/a..", "/x.."]) {
        expect((await wire({ path, headers: { cookie } })).status, path).toBe(200)
      }
    })

    it("passes no upgrade on but that to a WebSocket: nobody guards what comes after it", async () => {
      const own = ["Host", host(), "Cookie", cookieOf(await site().signedIn("h2c@example.com"))]
      for (const [to, connection] of [
        ["h2c", "Upgrade, HTTP2-Settings"],
        ["h2c", "upgrade"],
        ["h2c, websocket", "Upgrade"],
        ["TLS/1.0", "Upgrade"],
      ]) {
        const asked = [
          "Connection",
          connection ?? "",
          "Upgrade",
          to ?? "",
          "HTTP2-Settings",
          "AAMAAABkAARAAAAAAAIAAAAA",
        ]
        const answer = await wire({ path: "/", headers: [...own, ...asked] })
        if (answer.status === 400) continue
        expect(answer.status, to).toBe(200)
        expect(((await answer.json()) as Echo).headers, to).not.toHaveProperty("upgrade")
      }
    })

    it("keeps /auth/verify from whoever is outside, in every spelling", async () => {
      const cookie = cookieOf(await site().signedIn("curious@example.com"))
      const spellings = [
        ..."/auth/verify /auth/verify? /auth/verify?jwt /auth//verify /auth/./verify /auth/%76erify".split(" "),
        ..."/auth/verify/ /auth/verify/admin /auth/verify-admin /x/../auth/verify /auth/verify;a=b".split(" "),
      ]
      for (const path of spellings) {
        const answer = await wire({ path, headers: { cookie, accept: "application/json" } })
        const remote = [...answer.headers.keys()].filter((one) => one.startsWith("remote"))
        expect([path, answer.status, remote]).toEqual([path, 404, []])
      }
    })

    it("sends people back to an address with an ü that nobody encoded", async () => {
      const path = Buffer.from("/straße?c=ü&d=%26").toString("latin1")
      const answer = await wire({ path, headers: { accept: "text/html" } })
      const { searchParams } = new URL(answer.headers.get("location") ?? "")
      expect(searchParams.get("next")).toBe("/stra%C3%9Fe?c=%C3%BC&d=%26")
    })

    it("opens a WebSocket for whoever is signed in, and tells the application who it is", async () => {
      const socket = await openSocket(site().origin, cookieOf(await site().signedIn("ada@example.com")))
      if (socket.status !== "open") return expect.unreachable(`refused with ${socket.code}`)
      expect(socket.greeting).toBe("Hello ada@example.com")
      expect(await socket.say("ping ü")).toBe("ping ü")
      socket.close()
    })

    it("refuses a WebSocket to whoever isn't, or is no more", async () => {
      const browser = await site().signedIn("ada@example.com")
      const cookie = cookieOf(browser)
      await browser.post("/auth/sign-out")
      for (const sent of ["", cookie]) {
        expect(await openSocket(site().origin, sent)).toEqual({ status: "refused", code: 401 })
      }
    })

    // Last, as nothing works after it.
    it("lets nobody in while Linklatch is away", async () => {
      const browser = await site().signedIn("away@example.com")
      expect((await browser.get("/")).status).toBe(200)
      await site().linklatch.stop()
      const answer = await wire({ path: "/", headers: { cookie: cookieOf(browser), "remote-user": "root" } })
      expect(answer.status).toBeGreaterThanOrEqual(500)
      expect(await answer.text()).not.toContain('"person"')
    })
  })
}
